@echo off
rem The command line of the installed app, on the Node that came with it.
"%~dp0..\runtime\node.exe" "%~dp0..\dist\cli\main.js" %*
