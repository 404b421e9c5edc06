/**
 * The command line is killed, at any moment of a call. Its gate has nobody to serve then: it goes, and with it the tool,
 * the programs that the tool runs, what these started in a session of their own, and all that lay in temporary folders.
 */
import { spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SYSTEM_PATH } from '../../broker/capabilities/commands/resolve-program.ts'
import { sandboxFacts } from '../../broker/lanes/contained/sandbox-facts.ts'
import { until } from '../harness/time-limit.ts'
import { builtProgram } from './built-program.ts'

const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'killed-')))
const work = path.join(base, 'work')
/** Tells these programs from all others. */
const SLEEP = `sleep ${100_000 + process.pid}`
const ARGV = ['bash', '-c', `touch ${work}/begun; (setsid ${SLEEP} &) ; ${SLEEP}`]
const TOOLS = {
  loops: 'export function main() { for (;;) {} }',
  runs: `export const main = () => sallyport.command.run({ argv: ${JSON.stringify(ARGV)}, cwd: ${JSON.stringify(work)} })`,
}
const can = process.platform === 'linux' && sandboxFacts(SYSTEM_PATH).available

beforeAll(() => {
  for (const folder of ['work', 'home', 'tmp']) mkdirSync(path.join(base, folder))
  for (const [name, code] of Object.entries(TOOLS)) {
    mkdirSync(path.join(base, name))
    writeFileSync(path.join(base, name, 'tool.js'), code)
    const manifest = {
      ...{ manifestVersion: 1, name, version: '1.0.0', title: name, summary: name },
      ...{ capabilities: ['command.run', 'fs.read', 'fs.write'], commands: ['bash'] },
      limits: { wallMs: 120_000, cpuMs: 120_000 },
      functions: [{ name: 'main', title: 'Main', description: 'Main', input: { type: 'object' } }],
    }
    writeFileSync(path.join(base, name, 'manifest.json'), JSON.stringify(manifest))
  }
  const perimeter = {
    folders: [{ path: work, read: 'allow', write: 'allow' }],
    commands: [{ program: 'bash', run: 'allow' }],
  }
  writeFileSync(path.join(base, 'policy.json'), JSON.stringify({ version: 1, perimeter }))
})
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }))

const isOurs = (text: string) => text.includes(base) || text.includes(SLEEP)

/** Processes that got the test's folder with their environment or arguments. */
function alive(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      const of = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'latin1')
      return !/\) [ZX] /.test(of('stat')) && isOurs(of('cmdline').replaceAll('\0', ' ') + of('environ'))
    } catch {
      return false
    }
  })
}

function start(tool: string) {
  const words = ['tool', 'run', path.join(base, tool), '--answer', 'allow']
  return spawn(process.execPath, [builtProgram, ...words, '--policy', path.join(base, 'policy.json')], {
    env: { PATH: process.env.PATH, HOME: path.join(base, 'home'), TMPDIR: path.join(base, 'tmp') },
    ...{ cwd: base, stdio: 'ignore' as const },
  })
}

async function killed(tool: string, when: () => Promise<unknown>) {
  const command = start(tool)
  await when()
  command.kill('SIGKILL')
  await until(() => alive().length === 0, 20_000, 'waiting for all of it to go')
  expect(readdirSync(path.join(base, 'tmp'))).toEqual([])
}

describe.skipIf(!can)('a command that is killed', () => {
  it('leaves nothing that runs, at whatever moment of its start', async () => {
    for (const ms of [60, 200, 400, 700, 1_100]) await killed('loops', () => sleep(ms))
  })

  it('leaves nothing that runs, when its tool has a program going', async () => {
    await killed('runs', () =>
      until(() => readdirSync(work).includes('begun'), 30_000, 'waiting for the program'),
    )
  })

  it('leaves nothing that runs, when its tool never lets go', async () => {
    // Its isolate is there when a process has been busy for a while.
    await killed('loops', () => sleep(2_500))
  })
})
