import { describe, expect, it } from 'vitest'
import { sallyportPaths } from './paths.ts'

describe('where Sallyport keeps its things', () => {
  it('follows the XDG folders on Linux', () => {
    const env = { XDG_RUNTIME_DIR: '/run/user/7', XDG_DATA_HOME: '/d', XDG_CONFIG_HOME: '/c' }
    expect(sallyportPaths(env, 'linux', '/home/ann')).toEqual({
      config: '/c/sallyport',
      data: '/d/sallyport',
      runtime: '/run/user/7/sallyport',
      socket: '/run/user/7/sallyport/door.sock',
      tokenFile: '/run/user/7/sallyport/token',
      pidFile: '/run/user/7/sallyport/broker.pid',
      stopFile: '/d/sallyport/STOPPED',
    })
  })

  it('falls back to the home folder when they are unset or relative', () => {
    const paths = sallyportPaths({ XDG_RUNTIME_DIR: 'run', XDG_DATA_HOME: '' }, 'linux', '/home/ann')
    expect(paths).toMatchObject({
      config: '/home/ann/.config/sallyport',
      data: '/home/ann/.local/share/sallyport',
      socket: '/home/ann/.sallyport/run/door.sock',
    })
  })

  it('puts everything below one folder when told so', () => {
    const paths = sallyportPaths({ SALLYPORT_HOME: '/tmp/x', XDG_DATA_HOME: '/d' }, 'linux', '/home/ann')
    expect(Object.values(paths).every((path) => path.startsWith('/tmp/x/'))).toBe(true)
  })

  it("uses a named pipe on Windows, another for each user's folder", () => {
    const pipe = (user: string) =>
      sallyportPaths({ LOCALAPPDATA: `C:\\Users\\${user}\\AppData\\Local` }, 'win32', `C:\\Users\\${user}`)
        .socket
    expect(pipe('ann')).toMatch(/^\\\\\.\\pipe\\sallyport-[0-9a-f]{8}$/)
    expect(pipe('ann')).not.toBe(pipe('bob'))
  })
})
