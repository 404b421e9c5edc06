// The sandbox in which ripgrep runs, looked at from inside: a script takes the program's place behind the very options
// that the real one has, and says what it sees as lines that were found.
import fs from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { killBubblewrap } from '../../lanes/kill-bubblewrap.ts'
import { findBubblewrap } from '../../lanes/wrap-with-os-sandbox.linux.ts'
import type { LineMatcher } from './match-lines.ts'
import { createRipgrepMatcher } from './match-with-ripgrep.ts'

const PATH = '/usr/local/bin:/usr/bin:/bin'
const isHere = createRipgrepMatcher(PATH, killBubblewrap) !== null && fs.existsSync('/bin/bash')

describe.runIf(isHere)('ripgrep in its sandbox', () => {
  const bin = fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-bin-'))
  const server = net.createServer((socket) => socket.end())
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => {
    server.close()
    fs.rmSync(bin, { recursive: true })
  })

  /** What the script prints in there. */
  async function seen(script: string): Promise<string> {
    const lines = [
      '#!/bin/bash',
      'options=()',
      'while [ "$1" != -- ]; do options+=("$1"); shift; done',
      `exec ${findBubblewrap(process.env.PATH ?? PATH)} "\${options[@]}" -- /bin/bash -c 'cat >/dev/null; echo "1:$(${script})"'`,
    ]
    fs.writeFileSync(path.join(bin, 'bwrap'), `${lines.join('\n')}\n`, { mode: 0o755 })
    const matcher = createRipgrepMatcher(`${bin}:${PATH}`, killBubblewrap) as LineMatcher
    const query = { pattern: 'x', regex: false, ignoreCase: false, limit: 10 }
    async function* texts() {
      yield Buffer.from('x')
    }
    const found = await matcher.match(query, texts(), new AbortController().signal)
    return found.kind === 'ok' ? found.value.matches.map(({ text }) => text).join() : found.person
  }

  test('sees none of the person’s files, nor of anybody’s', async () => {
    expect(await seen('echo here')).toBe('here')
    const kept = [os.homedir(), os.tmpdir(), bin, '/etc/passwd', '/var', '/proc/1', '/run', '/root', '/home']
    expect(await seen(`for each in ${kept.join(' ')}; do [ -e $each ] && echo $each; done`)).toBe('')
  })

  test('changes nothing, not even what it sees, and can’t see to it that it may', async () => {
    expect(await seen('for each in /usr /usr/bin /bin; do [ -w $each ] && echo $each; done')).toBe('')
    expect(await seen('mount -t tmpfs none /usr 2>/dev/null && echo mounted')).toBe('')
  })

  test('reaches no network and no service of this computer', async () => {
    const { port } = server.address() as AddressInfo
    expect(await seen(`(: </dev/tcp/127.0.0.1/${port}) 2>/dev/null && echo reached`)).toBe('')
  })

  test('has nothing of the broker’s environment', async () => {
    process.env.SALLYPORT_TEST_VALUE = 'of the broker'
    expect(await seen('echo "$SALLYPORT_TEST_VALUE"')).toBe('')
    delete process.env.SALLYPORT_TEST_VALUE
  })
})
