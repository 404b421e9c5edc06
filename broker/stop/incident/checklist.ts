/**
 * What is left to do after an incident, as a list that a person works through. A credential's line ticks itself when the
 * secret was rotated or revoked after the incident began, and, where that can be asked, when the old one no longer works.
 */
import type { ChecklistItem } from '../../../contract/incident.ts'
import type { SecretInfo } from '../../../contract/secret.ts'
import type { Evidence } from './evidence.ts'

/** In the order in which they are best done. */
export function makeChecklist(evidence: Evidence): ChecklistItem[] {
  const item = (
    id: string,
    kind: ChecklistItem['kind'],
    text: string,
    more: Partial<ChecklistItem> = {},
  ): ChecklistItem => ({
    ...{ id, kind, text, url: '', secret: null, doneAt: null, how: '' },
    ...more,
  })
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
      `Look through the ${evidence.files.length} files that were changed; put back what should not have been.`,
    ),
    item('review-hosts', 'review', `Look through the ${evidence.hosts.length} hosts that were reached.`),
    item(
      'review-grants',
      'review',
      `Revoke the grants that went too far (${evidence.grants.length} are in force).`,
    ),
    item('review-tools', 'review', 'Remove or update the tool that went bad.'),
    item('unlock-secrets', 'back', 'Unlock the secrets.'),
    item('reconnect', 'back', 'Give clients new tokens.'),
    item('resume', 'back', 'Resume.'),
  ]
}

/** Ticks what has been seen to be done. `oldStillWorks` answers null when it can't be asked. */
export async function tickSeen(
  items: ChecklistItem[],
  seen: {
    since: number
    now: number
    secrets: SecretInfo[]
    oldStillWorks?: (name: string) => Promise<boolean | null>
  },
): Promise<ChecklistItem[]> {
  return Promise.all(
    items.map(async (item) => {
      if (item.doneAt !== null || item.secret === null) return item
      const how = await howDone(item.secret, seen)
      return how === null ? item : { ...item, doneAt: seen.now, how }
    }),
  )
}

async function howDone(name: string, seen: Parameters<typeof tickSeen>[1]): Promise<string | null> {
  const info = seen.secrets.find((secret) => secret.name === name)
  if ((await seen.oldStillWorks?.(name)) === false) return 'the old one no longer works'
  if (info === undefined) return 'it was deleted'
  if (info.rotatedAt !== null && info.rotatedAt > seen.since) return 'it was rotated'
  if (info.revokedAt !== null && info.revokedAt > seen.since) return 'it was revoked'
  return null
}
