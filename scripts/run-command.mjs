// Runs one program with a time limit, and keeps its output for the moment it is needed.
import { spawn } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'

const KILL_AFTER_MS = 5_000

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string | undefined>, limitMs: number, show?: boolean, shell?: boolean,
 *   onLine?: (line: string) => void}} options
 *   show: the program's output goes straight to the terminal; onLine: told of each line as it comes
 * @returns {Promise<{code: number, output: string, stdout: string, timedOut: boolean}>}
 */
export function runCommand(command, args, { cwd, env, limitMs, show = false, shell = false, onLine }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      shell,
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      detached: !show && process.platform !== 'win32',
    })
    let output = ''
    let stdout = ''
    let timedOut = false
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text
      stdout += text
    })
    if (onLine && child.stdout) createInterface({ input: child.stdout }).on('line', onLine)
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    const kill = (signal) => {
      try {
        if (show || process.platform === 'win32') child.kill(signal)
        else process.kill(-child.pid, signal)
      } catch {
        // It ended between the check and the signal.
      }
    }
    const passOn = (signal) => kill(signal)
    process.on('SIGINT', passOn)
    process.on('SIGTERM', passOn)
    const timer = setTimeout(() => {
      timedOut = true
      kill('SIGTERM')
      setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS).unref()
    }, limitMs)
    const end = (code) => {
      clearTimeout(timer)
      process.off('SIGINT', passOn)
      process.off('SIGTERM', passOn)
      resolve({ code, output, stdout, timedOut })
    }
    child.on('error', (error) => {
      output += `${error.message}\n`
      end(127)
    })
    child.on('close', (code, signal) => end(code ?? (signal ? 128 : 1)))
  })
}
