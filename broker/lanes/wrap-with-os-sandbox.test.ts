import { describe, expect, it } from 'vitest'
import { makeProfile, wrapOnDarwin } from './wrap-with-os-sandbox.darwin.ts'
import { findBubblewrap, findLinuxParts, wrapOnLinux } from './wrap-with-os-sandbox.linux.ts'

const input = { bundle: '/opt/app/sandbox', nodeArguments: ['--permission'], filterDescriptor: 3 }

describe('bubblewrap’s arguments', () => {
  const parts = {
    bwrap: '/usr/bin/bwrap',
    node: '/opt/node',
    libraries: [{ at: '/lib64/ld.so', file: '/usr/lib/ld.so' }],
  }
  it('name every layer', () => {
    const { command, args } = wrapOnLinux(parts, input)
    expect(command).toBe('/usr/bin/bwrap')
    for (const flag of [
      '--unshare-user',
      '--unshare-net',
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
      '--die-with-parent',
      '--clearenv',
    ])
      expect(args).toContain(flag)
    expect(args.join(' ')).toContain('--cap-drop ALL')
    expect(args.join(' ')).toContain(
      '--remount-ro / --chdir /sandbox --seccomp 3 -- /node --permission /sandbox/main.cjs',
    )
  })

  it('mount nothing but Node, its libraries and the bundle, and all of it read-only', () => {
    const { args } = wrapOnLinux(parts, { ...input, filterDescriptor: null })
    expect(args).not.toContain('--seccomp')
    const mounts = args.flatMap((arg, index) =>
      /^--(ro-)?bind|^--dev|^--proc|^--tmpfs|^--symlink/.test(arg) ? [args.slice(index, index + 3)] : [],
    )
    expect(mounts).toEqual([
      ['--ro-bind', '/usr/lib/ld.so', '/lib64/ld.so'],
      ['--ro-bind', '/opt/node', '/node'],
      ['--ro-bind', '/opt/app/sandbox', '/sandbox'],
    ])
  })

  it.runIf(process.platform === 'linux' && findBubblewrap())(
    'find the libraries that Node is linked to',
    async () => {
      const { libraries } = await findLinuxParts('/usr/bin/bwrap', process.execPath)
      expect(libraries.map(({ at }) => at).join(' ')).toMatch(/libc\.|ld-musl/)
      expect(libraries.length).toBeLessThan(20)
      expect(libraries.every(({ file }) => file.startsWith('/'))).toBe(true)
    },
  )

  it('are not made from a bwrap that lies in a relative place of the PATH', () => {
    expect(findBubblewrap('.:relative/bin')).not.toMatch(/^[^/]/)
  })
})

describe('the Seatbelt profile', () => {
  it('denies first and allows only what Node needs to read', () => {
    const profile = makeProfile('/opt/node', '/Applications/Sallyport.app/sandbox')
    expect(profile).toBe(`(version 1)
(deny default)
(allow process-exec (literal "/opt/node"))
(deny process-fork)
(allow file-read-metadata)
(allow file-read* (literal "/opt/node") (subpath "/Applications/Sallyport.app/sandbox") (subpath "/usr/lib") (subpath "/System/Library") (subpath "/System/Volumes/Preboot/Cryptexes") (literal "/") (literal "/dev/null") (literal "/dev/random") (literal "/dev/urandom"))
(allow file-map-executable (literal "/opt/node") (subpath "/Applications/Sallyport.app/sandbox") (subpath "/usr/lib") (subpath "/System/Library") (subpath "/System/Volumes/Preboot/Cryptexes"))
(deny file-write*)
(deny network*)
(allow sysctl-read)
(allow signal (target self))
`)
  })

  it('can’t be broken out of by a folder’s name', () => {
    expect(makeProfile('/n', '/a") (allow default) ("')).not.toContain('(allow default) ("")')
    expect(makeProfile('/n', '/a") (allow default) ("')).toContain('(subpath "/a\\") (allow default) (\\"")')
  })

  it('is given to the system’s own program', () => {
    const { command, args } = wrapOnDarwin('/opt/node', input)
    expect(command).toBe('/usr/bin/sandbox-exec')
    expect(args.slice(2)).toEqual(['/opt/node', '--permission', '/opt/app/sandbox/main.cjs'])
  })
})
