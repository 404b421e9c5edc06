/**
 * What a contained program can reach of the disk, as the sandbox runtime takes it. Everything is closed but the system's
 * own programs and settings and what the agent's folders open.
 */
import fs from 'node:fs'
import type { SandboxRuntimeConfig } from '@anthropic-ai/sandbox-runtime'

export interface Reach {
  readable: readonly string[]
  writable: readonly string[]
  hidden: readonly string[]
  readOnly: readonly string[]
}

/** Programs and what they need to start. No folder in which people or services keep things of their own. */
const LINUX_SYSTEM =
  '/usr /bin /sbin /lib /lib32 /lib64 /libx32 /opt /nix/store /gnu/store /etc/alternatives /etc/ssl /etc/pki /etc/ca-certificates /etc/ca-certificates.conf /etc/crypto-policies /etc/ld.so.cache /etc/ld.so.conf /etc/ld.so.conf.d /etc/ld.so.preload /etc/passwd /etc/group /etc/nsswitch.conf /etc/hosts /etc/host.conf /etc/resolv.conf /etc/gai.conf /etc/protocols /etc/services /etc/localtime /etc/timezone /etc/locale.alias /etc/mime.types /etc/magic /etc/fonts /etc/os-release /etc/debian_version /etc/lsb-release /etc/inputrc /etc/terminfo /etc/gitconfig /etc/perl /etc/python3 /etc/python3.11 /etc/python3.12 /etc/python3.13 /etc/java /etc/openssl /etc/ImageMagick-6 /etc/ImageMagick-7'.split(
    ' ',
  )
const DARWIN_PRIVATE = [
  '/Users',
  '/Volumes',
  '/private/tmp',
  '/private/var/folders',
  '/private/var/root',
  '/private/var/db',
]

/** @param own paths that the sandbox itself needs */
export function sandboxFilesystem(
  reach: Reach,
  own: { readable: readonly string[]; writable: readonly string[] },
): SandboxRuntimeConfig['filesystem'] {
  const darwin = process.platform === 'darwin'
  const literal = (path: string) => ({ path, literal: true as const })
  const system = darwin ? [] : LINUX_SYSTEM.filter((path) => fs.existsSync(path))
  const closed = darwin ? DARWIN_PRIVATE : ['/']
  // Only inside of what is open for changes: elsewhere nothing can be changed, and closing it again would close what is open below.
  const within = (path: string) => reach.writable.some((folder) => path.startsWith(`${folder}/`))
  return {
    denyRead: [...closed, ...reach.hidden].map(literal),
    allowRead: [...system, ...own.readable, ...reach.readable, ...reach.writable].map(literal),
    allowWrite: [...own.writable, ...reach.writable].map(literal),
    denyWrite: [...reach.readOnly, ...reach.hidden].filter(within).map(literal),
  }
}
