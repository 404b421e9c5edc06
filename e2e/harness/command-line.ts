/** Runs the built command line on a test's desktop. */
import path from 'node:path'
import { pinnedNode } from '../../scripts/project.mjs'
import type { Desktop } from './desktop.ts'
import { start } from './processes.ts'
import { withLimit } from './time-limit.ts'

const program = path.resolve(import.meta.dirname, '../../dist/cli/main.js')

export type CommandLine = (
  args: string[],
  options?: { input?: string; limitMs?: number; env?: Record<string, string> },
) => Promise<{ code: number; output: string }>

export function commandLineOn(desktop: Desktop): CommandLine {
  return async (args, { input, limitMs = 30_000, env = {} } = {}) => {
    const node = pinnedNode() as string
    const started = start(
      node,
      [program, ...args],
      { ...desktop.env, SALLYPORT_NODE: node, ...env },
      { input, cwd: desktop.home },
    )
    try {
      const code = await withLimit(started.ended, limitMs, `sallyport ${args.join(' ')}`)
      return { code, output: started.output() }
    } finally {
      await started.end()
    }
  }
}
