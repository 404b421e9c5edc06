/**
 * Starts sandbox processes, inside the operating system's sandbox where there is one. They get no environment, no
 * descriptor but their pipes, and Node's own permission model with nothing allowed but reading their bundle.
 *
 * Spawn from the thread that lives as long as the broker: bubblewrap's --die-with-parent follows the thread.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { makeSyscallFilter } from './make-syscall-filter.ts'
import { SANDBOX_EXEC, wrapOnDarwin } from './wrap-with-os-sandbox.darwin.ts'
import {
  type CommandLine,
  findBubblewrap,
  findLinuxParts,
  type LinuxParts,
  wrapOnLinux,
} from './wrap-with-os-sandbox.linux.ts'
import { WINDOWS_WORDS } from './wrap-with-os-sandbox.win32.ts'

export type OsSandbox = 'bubblewrap' | 'seatbelt' | 'none'
export interface SandboxSpawner {
  /** Looks up what has to be let in; once, before the first start. Gives back what keeps tools from running, else ''. */
  prepare(): Promise<string>
  start(options: { strict: boolean }): SpawnedSandbox
  /** The OS sandbox could not start here: go on without, and say so. */
  giveUpOsSandbox(why: string): void
  /** `mayNot`: it is installed, and the system does not let it start. */
  status(): { kind: OsSandbox; text: string; mayNot: boolean }
}
export interface SpawnedSandbox {
  child: ChildProcess
  osSandbox: OsSandbox
}

const FILTER_DESCRIPTOR = 3

export function createSandboxSpawner({
  node,
  sandboxEntry,
}: {
  node: string
  sandboxEntry: string
}): SandboxSpawner {
  let bundle = ''
  const filter = process.platform === 'linux' ? makeSyscallFilter() : null
  const bwrap = process.platform === 'linux' ? findBubblewrap() : undefined
  let linux: LinuxParts | null = null
  let status = statusOf(bwrap)
  let prepared: Promise<string> | undefined

  async function look() {
    for (const file of [node, sandboxEntry]) if (!existsSync(file)) return `${file} is not there`
    bundle = dirname(realpathSync(sandboxEntry))
    if (bwrap) linux = await findLinuxParts(bwrap, node)
    return ''
  }

  function commandLine(strict: boolean): CommandLine {
    const nodeArguments = (folder: string) => nodeFlags(folder, strict)
    if (status.kind === 'bubblewrap' && linux)
      return wrapOnLinux(linux, {
        bundle,
        nodeArguments: nodeArguments('/sandbox'),
        filterDescriptor: filter ? FILTER_DESCRIPTOR : null,
      })
    if (status.kind === 'seatbelt')
      return wrapOnDarwin(realpathSync(node), {
        bundle,
        nodeArguments: nodeArguments(bundle),
        filterDescriptor: null,
      })
    return { command: node, args: [...nodeArguments(bundle), `${bundle}/main.cjs`] }
  }

  return {
    prepare: () => {
      prepared ??= look().catch((error: Error) => {
        // What was missing now may be there for the next call.
        prepared = undefined
        return error.message
      })
      return prepared
    },
    start: ({ strict }) => {
      const { command, args } = commandLine(strict)
      const filtered = status.kind === 'bubblewrap' && filter
      const stdio = ['pipe', 'pipe', 'pipe', ...(filtered ? ['pipe' as const] : [])] as ('pipe' | 'ignore')[]
      // A session of its own has no terminal, and the system can share the processor by it.
      const detached = status.kind === 'bubblewrap'
      const child = spawn(command, args, { env: {}, cwd: '/', stdio, detached, windowsHide: true })
      if (filtered) {
        // Without descriptors for it there are no pipes; the child says that it never was, in a moment.
        const pipe = (child.stdio as unknown[] | undefined)?.[FILTER_DESCRIPTOR] as Writable | undefined
        pipe?.on('error', () => {})
        pipe?.end(filter)
      }
      return { child, osSandbox: status.kind }
    },
    giveUpOsSandbox: (why) => {
      status = { kind: 'none', text: withoutOsSandbox(why), mayNot: true }
    },
    status: () => status,
  }
}

function statusOf(bwrap: string | undefined): ReturnType<SandboxSpawner['status']> {
  if (bwrap)
    return {
      kind: 'bubblewrap',
      text: 'Tools run inside bubblewrap: no network, an empty read-only root, own namespaces, a filter of system calls.',
      mayNot: false,
    }
  if (process.platform === 'darwin' && existsSync(SANDBOX_EXEC))
    return {
      kind: 'seatbelt',
      text: 'Tools run inside Seatbelt: nothing but reading Node and their own bundle.',
      mayNot: false,
    }
  return {
    kind: 'none',
    text: process.platform === 'linux' ? withoutOsSandbox('bubblewrap is not installed') : WINDOWS_WORDS,
    mayNot: false,
  }
}

function withoutOsSandbox(why: string): string {
  return `Tools run in the isolate under Node’s own permissions alone: ${why}.`
}

/** Nothing is allowed but reading the bundle and loading its one addon; since Node 25 that refuses the network too. */
function nodeFlags(bundle: string, strict: boolean): string[] {
  const flags = [
    '--permission',
    '--allow-addons',
    `--allow-fs-read=${bundle}/`,
    '--no-warnings',
    '--disable-sigusr1',
  ]
  return strict ? [...flags, '--jitless'] : flags
}
