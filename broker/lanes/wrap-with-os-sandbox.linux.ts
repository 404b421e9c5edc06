/**
 * bubblewrap around the sandbox process: an empty root with Node, the libraries that it is linked to and its own
 * bundle, all read-only; no /proc, no /dev, no network, own namespaces, no capabilities, no environment. Works for
 * plain users wherever they may make user namespaces.
 */
import { spawn } from 'node:child_process'
import { accessSync, constants, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface LinuxParts {
  bwrap: string
  node: string
  /** Where the loader looks for each library → the file. */
  libraries: readonly { at: string; file: string }[]
}
export interface WrapInput {
  /** Folder of the bundle; its main.cjs is run. */
  bundle: string
  nodeArguments: readonly string[]
  /** The descriptor on which bubblewrap finds the system call filter; null without one. */
  filterDescriptor: number | null
}
export interface CommandLine {
  command: string
  args: string[]
}

/**
 * The arguments are bubblewrap's own; their order matters, later mounts cover earlier ones. To be started in a session of
 * its own, without a terminal.
 */
export function wrapOnLinux(parts: LinuxParts, input: WrapInput): CommandLine {
  const mounts = parts.libraries.flatMap(({ at, file }) => ['--ro-bind', file, at])
  const namespaces = ['user', 'net', 'pid', 'ipc', 'uts'].map((name) => `--unshare-${name}`)
  const filter = input.filterDescriptor === null ? [] : ['--seccomp', String(input.filterDescriptor)]
  return {
    command: parts.bwrap,
    args: [
      ...namespaces,
      '--unshare-cgroup-try',
      ...['--uid', '65534', '--gid', '65534', '--hostname', 'sandbox', '--cap-drop', 'ALL'],
      ...['--die-with-parent', '--clearenv', '--as-pid-1'],
      ...mounts,
      ...['--ro-bind', parts.node, '/node', '--ro-bind', input.bundle, '/sandbox'],
      ...['--remount-ro', '/', '--chdir', '/sandbox'],
      ...filter,
      '--',
      '/node',
      ...input.nodeArguments,
      '/sandbox/main.cjs',
    ],
  }
}

/** bubblewrap on the PATH or in the usual places. */
export function findBubblewrap(path = process.env.PATH ?? ''): string | undefined {
  const folders = [...path.split(delimiter), '/usr/bin', '/bin']
  return folders.map((folder) => join(folder, 'bwrap')).find(isProgram)
}

export async function findLinuxParts(bwrap: string, node: string): Promise<LinuxParts> {
  const real = realpathSync(node)
  return { bwrap, node: real, libraries: await librariesOf(real) }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return file.startsWith('/')
  } catch {
    return false
  }
}

/** Asks the loader itself; where it does not answer (musl, a static build) the usual folders stand in. */
async function librariesOf(program: string): Promise<LinuxParts['libraries']> {
  const listing = await listLibraries(program)
  const found = [...listing.matchAll(/(?:=> )?(\/\S+) \(0x[0-9a-f]+\)/g)].map(([, at]) => at as string)
  const places =
    found.length > 0 ? found : ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib', '/nix/store']
  return [...new Set(places)].flatMap((at) => {
    try {
      return [{ at, file: realpathSync(at) }]
    } catch {
      return []
    }
  })
}

/** Rejects when it could not be asked, which tells nothing of what it needs. */
function listLibraries(program: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const child = spawn(program, ['--version'], {
      env: { LD_TRACE_LOADED_OBJECTS: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    })
    child.stdout?.on('data', (chunk) => {
      text += chunk
    })
    child.on('error', (error) =>
      reject(new Error(`what Node needs could not be looked up (${error.message})`)),
    )
    child.on('close', (_, signal) => {
      if (signal === null) resolve(text)
      else reject(new Error('looking up what Node needs took too long'))
    })
  })
}
