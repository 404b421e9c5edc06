/**
 * What protects on this machine, part by part, each `ok`, `weak` or `missing` with what to do. Facts come from the
 * rooms themselves as they are now; nothing here is remembered.
 */
import type { Part } from '../../contract/broker-api.ts'
import type { KeychainStatus } from '../../contract/secret.ts'
import type { ContainedPrograms, IsolateLane } from '../ports.ts'

export interface PartFacts {
  lane: ReturnType<IsolateLane['stats']>
  keychain: KeychainStatus
  log: { state: 'ok' | 'failing'; text: string }
  consent: { available: boolean; where: 'window' | 'terminal' }
  socket: { open: boolean; text: string }
  commands: ReturnType<ContainedPrograms['available']>
  /** Who says whether the screen is locked; null where that does not matter: one command, and over. */
  screen: { knownBy: string | null } | null
  policy: { failedClosed: boolean; faults: number; text: string }
  platform: NodeJS.Platform
  /** True when this process runs as the administrator. */
  root: boolean
}

const NAMES: Record<Part['id'], string> = {
  isolate: 'Tools run apart',
  commands: 'Commands run contained',
  keychain: 'Secrets in the keychain',
  log: 'Activity log',
  consent: 'Questions reach you',
  socket: 'Command line',
  screen: 'Screen lock',
  policy: 'Policy files',
  user: 'Not the administrator',
}

/** Ubuntu keeps namespaces from all programs that have no profile, and ships one for bubblewrap that is not loaded. */
const PERMIT_BUBBLEWRAP =
  'bubblewrap is installed, but this system lets no user’s program make namespaces. Ubuntu: install apparmor-profiles and load its profile bwrap-userns-restrict. Elsewhere: sysctl user.max_user_namespaces and kernel.unprivileged_userns_clone say what is allowed. Then start Sallyport again.'

export function listParts(facts: PartFacts): Part[] {
  const part = (id: string, state: Part['state'], text: string, remedy = ''): Part => ({
    id,
    name: NAMES[id] ?? id,
    state,
    text,
    remedy: state === 'ok' ? '' : remedy,
  })
  const installBubblewrap =
    facts.platform === 'linux'
      ? 'Install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap socat ripgrep).'
      : 'See docs/THREAT-MODEL.md for what this system offers.'
  const { lane, commands } = facts
  const screenPart = (by: string | null) =>
    part(
      'screen',
      by === null ? 'weak' : 'ok',
      by === null
        ? 'Nobody here says whether the screen is locked, so it counts as unlocked: whoever is at the keyboard may resume, and no alert tells of work meanwhile.'
        : `Whether the screen is locked is known from ${by}. While it is, nobody resumes, and work is told of.`,
      facts.platform === 'linux'
        ? 'Use a lock that tells logind, or a screen saver on the session bus (GNOME, KDE, Cinnamon, MATE, Xfce have one).'
        : 'Open the desktop app: the system tells it.',
    )
  return [
    part(
      'isolate',
      lane.osSandbox === 'none' ? 'weak' : 'ok',
      lane.text,
      lane.mayNot ? PERMIT_BUBBLEWRAP : installBubblewrap,
    ),
    part(
      'commands',
      commands.available ? 'ok' : 'missing',
      commands.text,
      commands.lacks === 'permission' ? PERMIT_BUBBLEWRAP : installBubblewrap,
    ),
    part(
      'keychain',
      facts.keychain.state === 'ready' ? 'ok' : 'missing',
      facts.keychain.text,
      'Until then no secret can be stored or used.',
    ),
    part(
      'log',
      facts.log.state === 'ok' ? 'ok' : 'missing',
      facts.log.text,
      'Free some disk space. Until then nothing is done.',
    ),
    part(
      'consent',
      facts.consent.available ? 'ok' : 'missing',
      facts.consent.available
        ? `Questions are asked in ${facts.consent.where === 'window' ? 'a window of their own' : 'this terminal'}.`
        : 'No window or terminal can ask you, so every question is a no.',
      'Open the app’s window.',
    ),
    part(
      'socket',
      facts.socket.open ? 'ok' : 'weak',
      facts.socket.text,
      'The command line can’t reach this app. Everything else works.',
    ),
    ...(facts.screen === null ? [] : [screenPart(facts.screen.knownBy)]),
    part(
      'policy',
      facts.policy.failedClosed ? 'missing' : facts.policy.faults > 0 ? 'weak' : 'ok',
      facts.policy.text,
      'Mend the policy file; the Permissions page shows the line.',
    ),
    part(
      'user',
      facts.root ? 'weak' : 'ok',
      facts.root ? 'This runs as the administrator (root).' : 'This runs as an ordinary user.',
      'Run Sallyport as an ordinary user: then the system itself is one more wall.',
    ),
  ]
}
