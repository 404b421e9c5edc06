/** Sees to it that a broker ends after this process, also one that hears of nothing: starts what waits for that. */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { parentWatch } from '../contract/parent-watch.ts'
import { laneGroupFor } from './lane-group-for.ts'

/** @returns to be called when the broker has ended */
export function endAfterUs(brokerPid: number | undefined): () => void {
  if (brokerPid === undefined || process.platform === 'win32') return () => {}
  const { command, args } = parentWatch(brokerPid, laneGroupFor(brokerPid))
  // In a session of its own: whoever ends ours, or the broker's, leaves it.
  const watch = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'], cwd: '/', detached: true })
  watch.on('error', () => {})
  watch.stdin.on('error', () => {})
  watch.unref()
  return () => void watch.kill('SIGKILL')
}
