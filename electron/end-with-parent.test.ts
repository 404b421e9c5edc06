import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { endWithParent } from './end-with-parent.ts'

test('elsewhere than on Linux a command is as it was', () => {
  expect(endWithParent('node', ['main.js'], 'darwin')).toEqual({ command: 'node', args: ['main.js'] })
})

const isLinux = process.platform === 'linux'

test.runIf(isLinux)(
  'it gets its words as they are, and the process is the one that was started',
  async () => {
    const words = ['a b', '$HOME', "it's", '']
    const code = 'console.log(JSON.stringify([process.pid, ...process.argv.slice(1)]))'
    const { command, args } = endWithParent(process.execPath, ['-e', code, '--', ...words])
    const child = spawn(command, args)
    const [text] = await once(child.stdout, 'data')
    expect(JSON.parse(String(text))).toEqual([child.pid, ...words])
  },
)

test('a command that is not there fails as itself', () => {
  const missing = { command: '/no/such/program', args: ['a'] }
  expect(endWithParent(missing.command, missing.args, 'linux')).toEqual(missing)
})

test.runIf(isLinux)(
  'it is signaled when its parent is killed, whatever keeps its standard input open',
  async () => {
    const waits = `process.on('SIGTERM', () => { console.log('told'); process.exit() }); console.log('up'); setInterval(() => {}, 1000)`
    const starts = `const { spawn } = require('node:child_process')
    const { command, args } = ${JSON.stringify(endWithParent(process.execPath, ['-e', waits]))}
    spawn(command, args, { stdio: ['inherit', 'inherit', 'inherit'] })`
    const parent = spawn(process.execPath, ['-e', starts], { stdio: ['pipe', 'pipe', 'inherit'] })
    let said = ''
    parent.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await expect.poll(() => said, { timeout: 10_000 }).toBe('up\n')
    parent.kill('SIGKILL')
    await expect.poll(() => said, { timeout: 10_000 }).toBe('up\ntold\n')
  },
)
