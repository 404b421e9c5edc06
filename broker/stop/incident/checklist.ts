/**
 * What is left to do after an incident, as a list that a person works through. A credential's line ticks itself when the
 * secret was revoked or deleted after the incident began, when its provider has refused the old value, or when it was
 * rotated and there is no old value left to try.
 */
import type { ChecklistItem } from '../../../contract/incident.ts'
import type { SecretInfo } from '../../../contract/secret.ts'
import type { Evidence } from './evidence.ts'

const item = (
  id: string,
  kind: ChecklistItem['kind'],
  text: string,
  more: Partial<ChecklistItem> = {},
): ChecklistItem => ({
  ...{ id, kind, text, url: '', secret: null, doneAt: null, how: '' },
  ...more,
})

/** In the order in which they are best done. */
export function makeChecklist(evidence: Evidence): ChecklistItem[] {
  // Where there is nothing to look through, the step stands there as done: who reads the list sees that it was thought of.
  const noneOf = (list: unknown[]) =>
    list.length === 0 ? { doneAt: evidence.at, how: 'there are none' } : {}
  return [
    item('read-report', 'read', 'Read the report, and keep a copy of the folder somewhere else.'),
    ...evidence.secrets.map(({ name, to, rotateUrl }) =>
      item(
        `rotate-${name}`,
        'rotate',
        `Rotate “${name}”: it was used with ${to.slice(0, 3).join(', ')}${to.length > 3 ? ' …' : ''}.`,
        {
          secret: name,
          url: rotateUrl,
        },
      ),
    ),
    item(
      'review-files',
      'review',
      `Look through what was changed (${count(evidence.files.length, 'change')}), and put back what should not have been.`,
      noneOf(evidence.files),
    ),
    item(
      'review-hosts',
      'review',
      `Look through what was reached (${count(evidence.hosts.length, 'host')}).`,
      noneOf(evidence.hosts),
    ),
    item(
      'review-grants',
      'review',
      `Revoke the grants that went too far (${count(evidence.grants.length, 'grant')} in force).`,
      noneOf(evidence.grants),
    ),
    item('review-tools', 'review', 'Remove or update the tool that went bad, if one did.'),
    ...wayBack(),
  ]
}

/** What is left to do also when nothing is known of what happened. */
export const wayBack = (): ChecklistItem[] => [
  item(UNLOCK, 'back', 'Unlock the secrets, so that they are filled in again.'),
  item(
    'reconnect',
    'back',
    'Start again what came in over the socket: its token counts no more. A terminal takes the new one by itself.',
  ),
  item(RESUME, 'back', 'Let agents work again.'),
]

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`

/** Steps that are done by doing them. */
export const UNLOCK = 'unlock-secrets'
export const RESUME = 'resume'

interface Seen {
  since: number
  now: number
  secrets: SecretInfo[]
}

/** Ticks what has been seen to be done. */
export function tickSeen(items: ChecklistItem[], seen: Seen): ChecklistItem[] {
  return items.map((item) => {
    if (item.doneAt !== null || item.secret === null) return item
    const how = howDone(item.secret, seen)
    return how === null ? item : { ...item, doneAt: seen.now, how }
  })
}

function howDone(name: string, { secrets, since, now }: Seen): string | null {
  const info = secrets.find((secret) => secret.name === name)
  if (info === undefined) return 'it was deleted'
  if (info.revokedAt !== null && info.revokedAt > since) return 'it was revoked'
  // While the old value is kept to be tried, it may still work: its provider's no ticks the line (`oldRefused`).
  const tried = info.formerUntil === null || info.formerUntil <= now
  return info.rotatedAt !== null && info.rotatedAt > since && tried ? 'it was rotated' : null
}
