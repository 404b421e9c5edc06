/**
 * Where Sallyport keeps its things. A pure function of the environment, so that shell, broker, command line and tests
 * find the same places without telling each other.
 *
 * `SALLYPORT_HOME` puts everything below one folder (tests, portable use). Otherwise: the XDG folders on Linux,
 * `~/Library` on macOS, `%APPDATA%` and `%LOCALAPPDATA%` on Windows.
 */

/** Name of the stop file in the data folder; `stop.ts` says what is in it. Here, because this file imports nothing. */
export const STOP_FILE = 'STOPPED'

export interface SallyportPaths {
  /** What a person may edit: the policy file. */
  config: string
  /** The log, documents, before-images. */
  data: string
  /** Socket and token: only the user may enter. */
  runtime: string
  /** Unix socket, or a named pipe on Windows. */
  socket: string
  tokenFile: string
  /** Process id of the broker that listens on the socket. */
  pidFile: string
  /** Written by whoever must stop everything without the broker's help; the broker obeys it before each effect. */
  stopFile: string
}
type Platform = 'linux' | 'darwin' | 'win32'

/** Longest path of a Unix socket that every supported system takes, in bytes (macOS: 104 with its zero). */
export const MAX_SOCKET_PATH = 103

/**
 * @param env the process's environment
 * @param platform `process.platform`; anything but darwin and win32 counts as Linux
 * @param home the user's home folder, absolute
 */
export function sallyportPaths(
  env: Record<string, string | undefined>,
  platform: string,
  home: string,
): SallyportPaths {
  const kind: Platform = platform === 'darwin' || platform === 'win32' ? platform : 'linux'
  const join = (...parts: string[]) => parts.join(kind === 'win32' ? '\\' : '/')
  const folders = env.SALLYPORT_HOME ? portable(env.SALLYPORT_HOME, join) : FOLDERS[kind](env, home, join)
  return {
    ...folders,
    socket:
      kind === 'win32'
        ? `\\\\.\\pipe\\sallyport-${shortHash(folders.runtime)}`
        : join(folders.runtime, 'door.sock'),
    tokenFile: join(folders.runtime, 'token'),
    pidFile: join(folders.runtime, 'broker.pid'),
    stopFile: join(folders.data, STOP_FILE),
  }
}

type Folders = Pick<SallyportPaths, 'config' | 'data' | 'runtime'>
type Join = (...parts: string[]) => string

function portable(base: string, join: Join): Folders {
  return { config: join(base, 'config'), data: join(base, 'data'), runtime: join(base, 'run') }
}

const FOLDERS: Record<
  Platform,
  (env: Record<string, string | undefined>, home: string, join: Join) => Folders
> = {
  linux: (env, home, join) => ({
    config: join(absolute(env.XDG_CONFIG_HOME) ?? join(home, '.config'), 'sallyport'),
    data: join(absolute(env.XDG_DATA_HOME) ?? join(home, '.local', 'share'), 'sallyport'),
    runtime: absolute(env.XDG_RUNTIME_DIR)
      ? join(env.XDG_RUNTIME_DIR as string, 'sallyport')
      : join(home, '.sallyport', 'run'),
  }),
  darwin: (_env, home, join) => ({
    config: join(home, 'Library', 'Application Support', 'Sallyport', 'config'),
    data: join(home, 'Library', 'Application Support', 'Sallyport', 'data'),
    runtime: join(home, '.sallyport', 'run'),
  }),
  win32: (env, home, join) => ({
    config: join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Sallyport', 'config'),
    data: join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Sallyport', 'data'),
    runtime: join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Sallyport', 'run'),
  }),
}

/** The XDG rules: a relative value is as good as none. */
function absolute(value: string | undefined): string | undefined {
  return value?.startsWith('/') ? value : undefined
}

/** FNV-1a, to tell users' pipes apart; it guards nothing. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5
  for (const char of text.toLowerCase()) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash.toString(16).padStart(8, '0')
}
