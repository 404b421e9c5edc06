/** The report as a page of Markdown: what happened, in the order in which a responder asks. */

import type { ChecklistItem } from '../../../contract/incident.ts'
import { endedWords } from '../end-parts.ts'
import type { Evidence } from './evidence.ts'

/** Lists longer than this end with a count; the whole is in the JSON files beside it. */
const SHOWN = 50

export function reportMarkdown(evidence: Evidence, checklist: ChecklistItem[]): string {
  const { receipt, head, verified } = evidence
  return [
    `# Incident ${evidence.id}`,
    `Begun ${timeOf(evidence.at)} by ${safe(evidence.by)}.${evidence.why ? ` ${safe(evidence.why)}` : ''}`,
    '',
    '## What was done at once',
    `- Everything stopped in ${Math.round(receipt.ms)} ms: ${endedWords(receipt)}.`,
    `- ${receipt.survivors.length === 0 ? 'Nothing survived.' : `These processes would not end: ${receipt.survivors.join(', ')}.`}`,
    `- The record was frozen at entry ${head.seq} (\`${head.hash}\`), ${head.sealed ? 'sealed with this computer’s key' : 'not sealed: the keychain gave no key'}.`,
    `- The secrets were locked, and ${many(evidence.tokensRevoked, 'token')} of clients revoked.`,
    '',
    '## What had already left',
    list(receipt.alreadyLeft.map(safe), 'Nothing was under way.'),
    '',
    '## What to do',
    list(
      checklist.map(
        ({ text, url, doneAt }) =>
          `[${doneAt === null ? ' ' : 'x'}] ${safe(text)}${url ? ` ${safe(url)}` : ''}`,
      ),
      'Nothing.',
    ),
    '',
    '## Secrets that were used',
    list(
      evidence.secrets.map(
        ({ name, uses, to, tools, last }) =>
          `**${safe(name)}**: ${many(uses, 'time')}, last ${timeOf(last)}, to ${to.map(safe).join(', ')}${tools.length ? `, by ${tools.map(safe).join(', ')}` : ''}`,
      ),
      'None.',
    ),
    '',
    '## Hosts that were reached',
    list(
      evidence.hosts.map(
        ({ host, requests, refused, bytesOut, by, last }) =>
          `**${safe(host)}**: ${many(requests, 'request')}, ${refused} refused, ${many(bytesOut, 'byte')} out, by ${by.map(safe).join(', ')}, last ${timeOf(last)}`,
      ),
      'None.',
    ),
    '',
    '## Files that were changed',
    list(
      evidence.files.map(
        ({ path, from, what, at, beforeImage }) =>
          `${what} \`${safe(path)}\`${from ? ` from \`${safe(from)}\`` : ''}, ${timeOf(at)}${beforeImage ? ', what stood there before is kept' : what === 'changed' || what === 'trashed' ? ', nothing kept from before' : ''}`,
      ),
      'None.',
    ),
    '',
    '## Alerts',
    list(
      evidence.alerts.map(({ at, text }) => `${timeOf(at)}: ${safe(text)}`),
      'None.',
    ),
    '',
    '## Grants in force',
    list(
      evidence.grants.map(({ words, uses }) => `${safe(words)} (used ${many(uses, 'time')})`),
      'None.',
    ),
    '',
    '## Tools',
    list(
      evidence.tools.map(({ name, version, hash }) => `${safe(name)} ${safe(version)} \`${hash}\``),
      'None.',
    ),
    '',
    '## Proof',
    `The record was verified when this was written: ${verified.ok ? `${many(verified.entries, 'entry', 'entries')} as written` : safe(verified.firstBad?.text ?? 'it is broken')}, sealed up to entry ${verified.sealedTo ?? 'none'}. \`timeline.jsonl\` holds ${many(evidence.entries, 'entry', 'entries')} since ${timeOf(evidence.since)}; take \`hash\` and \`prev\` out of a line, write the rest as canonical JSON, and SHA-256 over \`prev\` and that gives \`hash\`. Lines in which a secret had to be hidden are named in \`proof.json\`; their own hash stands, their text no longer gives it.`,
    '',
  ].join('\n')
}

const many = (count: number, one: string, more = `${one}s`) => `${count} ${count === 1 ? one : more}`
const timeOf = (at: number) => new Date(at).toISOString()

function list(lines: string[], none: string): string {
  if (lines.length === 0) return none
  const more = lines.length > SHOWN ? [`… and ${lines.length - SHOWN} more`] : []
  return [...lines.slice(0, SHOWN), ...more].map((line) => `- ${line}`).join('\n')
}

/** Text of tools and agents must not become markup, links or images of the report. */
const safe = (text: string) =>
  text.replace(/[\r\n\t]+/g, ' ').replace(/[\\`*_[\]<>#|!]/g, (sign) => `\\${sign}`)
