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
    const how = howDone(item.secret, { ...seen, since: item.since ?? seen.since })
    return how === null ? item : { ...item, doneAt: seen.now, how }
  })
}

/**
 * The list of an incident whose mode was pressed again: what was done stays done where nothing has come since. The way
 * back begins anew, since everything was stopped and locked again, and so does reading: there is another report.
 */
export function goOn(former: ChecklistItem[], evidence: Evidence): ChecklistItem[] {
  const fresh = makeChecklist(evidence)
  const known = new Map(former.map((item) => [item.id, item]))
  const names = new Set(fresh.map(({ id }) => id))
  const usedAt = new Map(evidence.secrets.map(({ name, last }) => [name, last]))
  const newest = newestOf(evidence)
  const merged = fresh.map((item) => {
    const was = known.get(item.id)
    if (was === undefined || was.doneAt === null || item.doneAt !== null) return { ...was, ...item }
    if (item.kind === 'rotate') {
      const usedSince = (usedAt.get(item.secret ?? '') ?? 0) > was.doneAt
      return usedSince ? { ...item, since: evidence.at } : was
    }
    const isStill = item.kind === 'review' && !(newest[item.id] ?? []).some((at) => at > (was.doneAt ?? 0))
    return isStill ? { ...item, doneAt: was.doneAt, how: was.how } : item
  })
  // What the new report no longer reaches back to is still to be done.
  const older = former.filter(({ id, kind }) => kind === 'rotate' && !names.has(id))
  return [...merged.slice(0, 1), ...older, ...merged.slice(1)]
}

/** When each thing came that a step looks through. */
const newestOf = ({ files, hosts, grants }: Evidence): Record<string, number[]> => ({
  'review-files': files.map(({ at }) => at),
  'review-hosts': hosts.map(({ last }) => last),
  'review-grants': grants.map(({ madeAt }) => madeAt),
})

/** The way back of a list that is begun anew, for the time until the new report is there. */
export const backAgain = (former: ChecklistItem[]): ChecklistItem[] => [
  ...former.filter(({ kind }) => kind !== 'back'),
  ...wayBack(),
]

function howDone(name: string, { secrets, since, now }: Seen): string | null {
  const info = secrets.find((secret) => secret.name === name)
  if (info === undefined) return 'it was deleted'
  if (info.revokedAt !== null && info.revokedAt > since) return 'it was revoked'
  // While the old value is kept to be tried, it may still work: its provider's no ticks the line (`oldRefused`).
  const tried = info.formerUntil === null || info.formerUntil <= now
  return info.rotatedAt !== null && info.rotatedAt > since && tried ? 'it was rotated' : null
}
