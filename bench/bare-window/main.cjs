// A window with one line of text: the least that Electron can show.
const { app, BrowserWindow } = require('electron')
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1180, height: 780, webPreferences: { sandbox: true } })
  window.loadURL('data:text/html,<!doctype html><meta charset="utf-8"><title>Bare</title><p>Hello</p>')
})
