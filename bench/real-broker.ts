/** The real broker in this process, on a fresh home, with an agent that may read one folder. Built parts come from dist/. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Broker, makeBroker } from '../broker/make-broker.ts'
import type { CallContext } from '../broker/ports.ts'
import { sallyportPaths } from '../contract/paths.ts'
import { Perimeter } from '../contract/perimeter.ts'

export interface BenchBroker {
  broker: Broker
  folder: string
  file: string
  /** One of many alike, in turn. */
  nextFile(): string
  context: Omit<CallContext, 'tool' | 'callId'>
  close(): Promise<void>
}

/** Nobody reads one file over and over. */
const FILES = 500

const root = path.resolve(import.meta.dirname, '..')

export async function startBenchBroker(): Promise<BenchBroker> {
  const home = mkdtempSync(path.join(tmpdir(), 'sallyport-bench-'))
  const folder = path.join(home, 'work')
  mkdirSync(folder)
  const files = Array.from({ length: FILES }, (_, at) => path.join(folder, `note-${at}.txt`))
  files.forEach((each, at) => {
    writeFileSync(each, `Note ${at}: ${'a line of a note that a tool reads.\n'.repeat(7)}`.slice(0, 240))
  })
  let at = 0
  const paths = sallyportPaths({ SALLYPORT_HOME: path.join(home, 'sallyport') }, process.platform, home)
  const broker = await makeBroker({
    paths,
    dist: path.join(root, 'dist'),
    node: process.execPath,
    version: '0',
    home,
    env: { SALLYPORT_HOME: path.join(home, 'sallyport') },
    parent: 'cli',
    lasting: false,
    emit() {},
  })
  const perimeter = Perimeter.parse({
    folders: [{ path: folder, read: 'allow', write: 'ask' }],
    tools: [{ name: 'files' }],
    budgets: { calls: 1_000_000, minutes: 600 },
  })
  return {
    broker,
    folder,
    file: files[0] as string,
    nextFile: () => files[at++ % FILES] as string,
    context: {
      principal: { id: 'agent_bench', kind: 'agent', name: 'Bench' },
      perimeter,
      run: { id: 'run_bench', title: 'Bench' },
      signal: new AbortController().signal,
    },
    async close() {
      await broker.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
