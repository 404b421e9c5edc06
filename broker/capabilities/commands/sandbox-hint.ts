/**
 * When a command failed because of the sandbox, its own words are misleading ("no such file", "could not resolve
 * host"). This says what was in the way and what would help. Guessed from what programs usually say, so it is a hint,
 * never more. What lies outside of its folders is not looked at: a program could have it say what is there, place by
 * place.
 */
import type { ContainedEnd } from '../../ports.ts'
import { isAtOrBelow } from '../files/name-paths.ts'
import type { ClosedReach } from './close-below.ts'
import type { ProgramReach } from './program-reach.ts'
import { shutForModel } from './tell-shut.ts'

const BLOCKED =
  /(?:^|[\s'"`:(=])(\/[^\s'"`:;,)]+)['"`]?:? ?[^\n/]{0,80}?(No such file or directory|Permission denied|Operation not permitted|Read-only file system|EACCES|EPERM|EROFS|ENOENT)/gm
/** A program that begins with its own whole name. */
const SPEAKER = /^\/[^\s:]+: /gm
const NETWORK =
  /Could not resolve host|Temporary failure in name resolution|Network is unreachable|getaddrinfo|EAI_AGAIN|ENOTFOUND|ENETUNREACH|CONNECT tunnel failed|Proxy CONNECT aborted|no route to host|Failed to connect to |Couldn't connect to server|Connection refused|ECONNREFUSED|EHOSTUNREACH/i
const CHANGES = /Read-only file system|EROFS/
const READ_ONLY =
  'It was run to read only, and so could change nothing and reach no host. If it has to, run it again without readOnly.'
const ONLY_READS =
  'It tried to change something that it may only read: programs change the agent’s folders, but nothing that a rule closes, and directly in the home folder they make nothing.'
/** Open to every program, so never what was in the way of reading; often the program itself, by its whole name. */
const PROGRAMS = /^\/(usr|bin|sbin|lib|lib32|lib64)(\/|$)/
/** The sandbox's own, or whole in it: what a program finds missing there is really missing. Of `/etc` it has parts. */
const SYSTEM = /^\/(usr|bin|sbin|lib|lib32|lib64|opt|proc|dev|nix)(\/|$)/

/** @param reach `readsOnly`: it was asked for as one that only reads */
export function sandboxHint(
  end: Pick<ContainedEnd, 'exitCode' | 'endedBy' | 'denied' | 'notAsked' | 'left'>,
  stderr: string,
  reach: ClosedReach & { readsOnly?: boolean },
): string | undefined {
  const hints =
    end.exitCode === 0 && end.denied.length === 0 && end.notAsked === 0
      ? []
      : reach.readsOnly && (end.denied.length > 0 || CHANGES.test(stderr) || NETWORK.test(stderr))
        ? [READ_ONLY]
        : hintsOfFailure(end, stderr, reach)
  // Whatever its exit code: a program that finds a folder empty may well think that all is in order.
  const shut = shutForModel(reach.shut)
  if (shut) hints.unshift(shut)
  if (end.left.length > 0)
    hints.push(
      `What it left outside of the agent’s folders is gone with it: ${end.left.slice(0, 5).join(', ')}. To keep a file, have it written into a folder that the agent may change.`,
    )
  return hints.length === 0 ? undefined : [...new Set(hints)].join(' ')
}

function hintsOfFailure(
  end: Pick<ContainedEnd, 'denied' | 'notAsked'>,
  stderr: string,
  reach: ProgramReach,
): string[] {
  const hints: string[] = []
  if (end.denied.length > 0)
    hints.push(
      `It was kept from reaching ${end.denied.slice(0, 5).join(', ')}. A person can add the host to the agent’s perimeter.`,
    )
  if (end.notAsked > 0)
    hints.push(
      'It asked for more hosts than one program may. What helps is to do the same with several programs, each for some of the hosts.',
    )
  else if (end.denied.length === 0 && NETWORK.test(stderr))
    hints.push(
      'It has no network but through the sandbox’s proxy: this computer and the local network are not there, and a program that takes no notice of HTTPS_PROXY can’t get out. A local address is reached where a line of the agent’s perimeter names it with its port.',
    )
  for (const [path, words] of blockedPaths(stderr).slice(0, 3)) {
    const hint = hintFor(path, words, reach)
    if (hint) hints.push(hint)
  }
  if (hints.length === 0 && CHANGES.test(stderr)) hints.push(ONLY_READS)
  return hints
}

function blockedPaths(stderr: string): [string, string][] {
  const found = new Map<string, string>()
  for (const match of stderr.slice(0, 100_000).replace(SPEAKER, '').matchAll(BLOCKED))
    found.set((match[1] as string).replace(/\/+$/, ''), match[2] as string)
  return [...found]
}

function hintFor(path: string, words: string, reach: ProgramReach): string | null {
  const inside = (list: readonly string[]) => list.some((folder) => isAtOrBelow(path, folder))
  const missing = /No such file|ENOENT/.test(words)
  const closed = inside(reach.hidden)
  if (!closed && inside(reach.writable) && !inside(reach.readOnly)) return null
  if (!closed && inside([...reach.readable, ...reach.readOnly])) {
    return missing
      ? null
      : `The sandbox lets it read “${path}” but not change it. A person can allow changes in the agent’s perimeter.`
  }
  if (PROGRAMS.test(path) && !/Read-only|EROFS/.test(words)) return null
  if (missing && SYSTEM.test(path)) return null
  const perhaps = missing && !closed ? ', if it is there at all' : ''
  return `The sandbox keeps “${path}” from it${perhaps}. A person can add its folder to the agent’s perimeter.`
}
