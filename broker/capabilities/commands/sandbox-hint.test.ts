import { expect, test } from 'vitest'
import { sandboxHint } from './sandbox-hint.ts'

const reach = {
  readable: ['/home/ada/docs'],
  writable: ['/home/ada/work'],
  hidden: ['/home/ada/docs/private'],
  readOnly: [],
  shut: [],
}
const end = { exitCode: 1, endedBy: 'itself' as const, denied: [], notAsked: 0, left: [] }
const hint = (stderr: string) => sandboxHint(end, stderr, reach)

test('a program that names itself is not taken for what the sandbox closed', () => {
  expect(hint('/usr/bin/wc: a.txt: Permission denied\n')).toBeUndefined()
  expect(hint('/usr/bin/cat: none: No such file or directory\n')).toBeUndefined()
  expect(hint('cp: cannot create regular file "/usr/lib/x": Read-only file system\n')).toContain('/usr/lib/x')
})

test('what has no path to name is explained all the same', () => {
  const words = hint('/usr/bin/touch: cannot touch "x.txt": Read-only file system\n')
  expect(words).toContain('only read')
  expect(words).not.toContain('/usr/bin/touch')
  expect(hint('/usr/bin/cp: cannot create "/usr/lib/x": Read-only file system\n')).toContain('/usr/lib/x')
})

test('what lies outside of the folders, or is closed inside of them, is named', () => {
  expect(hint('cat: /home/ada/other/x: No such file or directory\n')).toContain('/home/ada/other/x')
  expect(hint('cat: /home/ada/docs/private/key: Permission denied\n')).toContain('/home/ada/docs/private/key')
  expect(hint('touch: /home/ada/docs/a: Read-only file system\n')).toContain('but not change it')
  expect(hint('cat: /home/ada/work/x: Permission denied\n')).toBeUndefined()
})

test('of the system’s own places only those are named that a program does not have', () => {
  expect(hint('cat: /usr/share/none: No such file or directory\n')).toBeUndefined()
  expect(hint('ls: /proc/4711: No such file or directory\n')).toBeUndefined()
  expect(hint('E: Unable to read /etc/apt/sources.list - X (2: No such file or directory)\n')).toContain(
    '/etc/apt/sources.list',
  )
})

test('a connection past the proxy is explained, to the local network too', () => {
  for (const stderr of [
    "curl: (7) Failed to connect to 10.0.0.1 port 80 after 0 ms: Couldn't connect to server\n",
    'Error: connect ECONNREFUSED 127.0.0.1:5432\n',
    'psql: error: connection to server at "localhost" failed: Connection refused\n',
  ])
    expect(hint(stderr), stderr).toContain('local network')
})

test('one that was run to read only is told how to run otherwise', () => {
  const looked = (stderr: string) => sandboxHint(end, stderr, { ...reach, readsOnly: true })
  expect(looked('touch: /home/ada/work/a: Read-only file system\n')).toContain('without readOnly')
  expect(looked('curl: (6) Could not resolve host: x')).toContain('without readOnly')
  expect(looked('cat: /home/ada/other/x: No such file or directory\n')).toContain('/home/ada/other/x')
})
