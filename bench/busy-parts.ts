/**
 * What is busy while Stop is measured: a tool that loops in the language or inside one call of the engine, writes or
 * uploads through the gate; and a program that ignores signals, forks, leaves its session, and writes all the time.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const TOOL = `
export const warm = () => 'warm'
export async function spin({ file }) {
  await sallyport.fs.writeFile({ path: file, data: 'x' })
  for (;;);
}
export async function match({ file }) {
  await sallyport.fs.writeFile({ path: file, data: 'x' })
  return /^(a+)+$/.test('${'a'.repeat(60)}!')
}
const rest = (ms) => ms > 0 && new Promise((resolve) => setTimeout(resolve, ms))
export async function write({ file, pauseMs }) {
  for (;; await rest(pauseMs)) await sallyport.fs.writeFile({ path: file, data: 'x' })
}
export async function send({ url, kb, pauseMs }) {
  const body = 'x'.repeat(kb * 1024)
  for (;; await rest(pauseMs)) await sallyport.net.fetch({ url, method: 'POST', body })
}
export const program = ({ argv, cwd }) => sallyport.command.run({ argv, cwd, timeoutMs: 600000 })
`
const FUNCTIONS = ['warm', 'spin', 'match', 'write', 'send', 'program']
const LIMITS = { cpuMs: 300_000, wallMs: 600_000, capabilityCalls: 100_000 }

/** $1 is written to all the time, once $2 is there. */
const SCRIPT = `trap '' TERM INT HUP QUIT
echo up > "$1"
until [ -e "$2" ]; do sleep 0.02; done
for i in 1 2 3; do sleep 600 & done
setsid sleep 600 &
setsid bash -c 'while :; do echo y >> "$1.child"; sleep 0.002; done' child "$1" &
while :; do echo x >> "$1"; sleep 0.001; done`

/** @param out written to all the time, once `go` is there; `up` stands in it before that */
export const programOf = (out: string, go: string): string[] => ['bash', '-c', SCRIPT, 'bench', out, go]

/** Each has a content of its own, and so a process of its own. */
export function writeTool(folder: string, n: number): string {
  mkdirSync(folder)
  const functions = FUNCTIONS.map((name) => ({
    ...{ name, title: name, description: 'Is busy.', input: { type: 'object' } },
  }))
  const manifest = {
    ...{ manifestVersion: 1, name: `busy-${n}`, version: '1.0.0', title: `Busy ${n}` },
    ...{ summary: 'Is busy.', main: 'tool.js', limits: LIMITS, functions },
    ...{
      capabilities: ['fs.read', 'fs.list', 'fs.write', 'net.request', 'command.run'],
      hosts: ['*'],
      commands: ['bash'],
    },
  }
  writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest))
  writeFileSync(path.join(folder, 'tool.js'), `// ${n}\n${TOOL}`)
  return folder
}

export const policyFor = (folder: string, port: number): string =>
  JSON.stringify({
    version: 1,
    perimeter: {
      folders: [{ path: folder, read: 'allow', write: 'allow' }],
      hosts: [{ scheme: 'http', host: '127.0.0.1', port, methods: ['POST'], send: 'allow' }],
      commands: [{ program: 'bash', run: 'allow' }],
      budgets: { calls: 1_000_000, minutes: 600, bytesOut: 1e12 },
    },
  })
