/** All capabilities, each wired with what it needs. A capability whose line is deleted here can't be asked for. */
import os from 'node:os'
import type {
  CanaryWatch,
  CapabilityModule,
  Clock,
  ContainedPrograms,
  Desktop,
  DocumentStore,
  LeakScanner,
  SecretVault,
  StopSwitch,
  UndoRecorder,
} from '../ports.ts'
import { createClipboardReadCapability } from './clipboard-read.ts'
import { createClipboardWriteCapability } from './clipboard-write.ts'
import { createCommandRunCapability } from './command-run.ts'
import { SYSTEM_PATH } from './commands/resolve-program.ts'
import { createFileRoom } from './files/file-room.ts'
import { createFsDeleteCapability } from './fs-delete.ts'
import { createFsListCapability } from './fs-list.ts'
import { createFsReadCapability } from './fs-read.ts'
import { createFsWriteCapability } from './fs-write.ts'
import { createNetRequestCapability } from './net-request.ts'
import { createNotifyCapability } from './notify.ts'
import { createOpenCapability } from './open-target.ts'
import { createRipgrepMatcher } from './search/match-with-ripgrep.ts'
import { createWordMatcher } from './search/match-words.ts'
import { createSecretRequestCapability } from './secret-request.ts'
import { createDesktopTrash } from './trash/desktop-trash.ts'
import { createLinuxTrash } from './trash/linux-trash.ts'

export interface CapabilityDeps {
  /** Sallyport's own folders: never open to a tool. */
  ownPaths: readonly string[]
  followOwn?: () => readonly string[]
  undo: UndoRecorder
  documents: DocumentStore
  vault: SecretVault
  leaks: LeakScanner
  canaries?: Pick<CanaryWatch, 'tokenFor'>
  desktop: Desktop
  clock: Clock
  /** What runs for long is registered here. */
  stop: Pick<StopSwitch, 'register'>
  /** The person's home folder; the user's own unless set. */
  home?: string
  /** Runs commands; null where programs can't be contained at all, and then none is run. */
  contained?: ContainedPrograms | null
  /** PATH on which commands are looked up. */
  searchPath?: string
  /** Ends the sandbox of a search, also one that is only starting. */
  endSandbox: (pid: number) => void
  /** Environment of the broker, for the place of the trash. */
  env?: Record<string, string | undefined>
  /** A person gave an agent a secret: that agent may use it from now on. */
  letUseSecret?: (principalId: string, name: string) => void
  /** Certificates to trust instead of the usual ones, PEM. Tests and companies' own. */
  ca?: string
}

export function createCapabilities(deps: CapabilityDeps): CapabilityModule[] {
  const home = deps.home ?? os.homedir()
  const files = createFileRoom({
    ownPaths: deps.ownPaths,
    home,
    ...(deps.followOwn ? { followOwn: deps.followOwn } : {}),
  })
  const trash =
    files.platform === 'linux'
      ? createLinuxTrash({
          holder: files.holder,
          home,
          dataHome: deps.env?.XDG_DATA_HOME,
          uid: os.userInfo().uid,
          clock: deps.clock,
        })
      : createDesktopTrash(deps.desktop, files.holder)
  const network = createNetRequestCapability({
    vault: deps.vault,
    leaks: deps.leaks,
    clock: deps.clock,
    ...(deps.ca === undefined ? {} : { ca: deps.ca }),
  })
  deps.stop.register({ ...network, atExit: true })
  const searchPath = deps.searchPath ?? SYSTEM_PATH
  const commands = deps.contained
    ? [
        createCommandRunCapability({
          files,
          contained: deps.contained,
          vault: deps.vault,
          leaks: deps.leaks,
          undo: deps.undo,
          documents: deps.documents,
          ...(deps.canaries ? { canaries: deps.canaries } : {}),
          searchPath,
        }),
      ]
    : []
  return [
    ...commands,
    createFsReadCapability({
      files,
      matcher: createRipgrepMatcher(searchPath, deps.endSandbox) ?? createWordMatcher(),
      leaks: deps.leaks,
    }),
    createFsListCapability({ files }),
    createFsWriteCapability({ files, undo: deps.undo }),
    createFsDeleteCapability({ files, undo: deps.undo, trash }),
    network,
    createSecretRequestCapability({
      vault: deps.vault,
      ...(deps.letUseSecret ? { letUse: deps.letUseSecret } : {}),
    }),
    createClipboardReadCapability({ desktop: deps.desktop }),
    createClipboardWriteCapability({ desktop: deps.desktop }),
    createNotifyCapability({ desktop: deps.desktop, clock: deps.clock }),
    createOpenCapability({ desktop: deps.desktop, files }),
  ]
}
