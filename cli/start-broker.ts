/**
 * A broker for this one command, when none runs or when the command wants one of its own. It is a child: it ends with
 * the command, whatever way that ends. `--headless` works on the person's data, with this terminal as the place where
 * questions are asked; `--one-shot` has data of its own that is gone afterwards.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'
import type { EventName } from '../contract/broker-api.ts'
import { createDoorLink } from '../contract/door-link.ts'
import { endAfterUs } from '../parents/end-after-us.ts'
import { CliError, EXIT } from './exit-code.ts'
import type { OpenLink } from './open-socket.ts'

const LEAVE_MS = 4_000

/** @throws CliError when it can't be started or ends before it answers, with its last words */
export async function startBroker(options: {
  /** The Node that runs it. */
  node: string
  brokerMain: string
  mode: '--headless' | '--one-shot'
  env: NodeJS.ProcessEnv
  onEvent: (event: EventName, payload: unknown) => void
}): Promise<OpenLink> {
  if (!existsSync(options.brokerMain)) {
    throw new CliError(
      EXIT.failed,
      'unavailable',
      `The gate is not built (${options.brokerMain} is missing). Run: npm start`,
    )
  }
  const child = spawn(options.node, [options.brokerMain, options.mode], {
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl+C is for the command, which ends its run in order; the broker leaves when its pipe closes.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const unwatch = endAfterUs(child.pid)
  let words = ''
  const link = createDoorLink({
    write: (line) => child.stdin.write(line),
    onEvent: options.onEvent,
    onBroken: () => child.kill('SIGKILL'),
  })
  child.stdin.on('error', () => {})
  child.stdout.setEncoding('utf8').on('data', link.receive)
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-2_000)
  })
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
  void ended.then(unwatch)
  void ended.then(() => link.end(`The gate has closed. ${words.trim()}`.trim()))
  await link.ping().catch(() => {
    throw new CliError(EXIT.failed, 'unavailable', `The gate could not be opened. ${words.trim()}`.trim())
  })
  return {
    link,
    async close() {
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS)
      await ended
      clearTimeout(timer)
    },
  }
}
