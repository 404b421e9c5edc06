/** The report as one page that needs nothing else: no script, no picture, nothing loaded. Everything in it is text. */

import type { ChecklistItem } from '../../../contract/incident.ts'
import { endedWords } from '../end-parts.ts'
import type { Evidence } from './evidence.ts'

export function reportHtml(evidence: Evidence, checklist: ChecklistItem[]): string {
  const { receipt, head, verified } = evidence
  const section = (title: string, content: string) => `<section><h2>${asText(title)}</h2>${content}</section>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Incident ${asText(evidence.id)}</title><style>${STYLE}</style></head><body><main>
<h1>Incident ${asText(evidence.id)}</h1>
<p>Begun ${timeOf(evidence.at)} by ${asText(evidence.by)}. ${asText(evidence.why)}</p>
${section(
  'What was done at once',
  facts([
    ['Stopped in', `${Math.round(receipt.ms)} ms`],
    ['Ended', endedWords(receipt)],
    ['Survivors', receipt.survivors.length === 0 ? 'none' : receipt.survivors.join(', ')],
    ['Record frozen at', `entry ${head.seq}, ${head.hash}`],
    ['Sealed', head.sealed ? 'yes, with this computer’s key' : 'no: the keychain gave no key'],
    ['Tokens revoked', String(evidence.tokensRevoked)],
  ]),
)}
${section('What had already left', listOf(receipt.alreadyLeft, 'Nothing was under way.'))}
${section('What to do', checks(checklist))}
${section(
  'Secrets that were used',
  table(
    ['Name', 'Uses', 'Last', 'To', 'Tools'],
    evidence.secrets.map((each) => [
      each.name,
      each.uses,
      timeOf(each.last),
      each.to.join(', '),
      each.tools.join(', '),
    ]),
  ),
)}
${section(
  'Hosts that were reached',
  table(
    ['Host', 'Requests', 'Refused', 'Bytes out', 'By', 'Last'],
    evidence.hosts.map((each) => [
      each.host,
      each.requests,
      each.refused,
      each.bytesOut,
      each.by.join(', '),
      timeOf(each.last),
    ]),
  ),
)}
${section(
  'Files that were changed',
  table(
    ['What', 'Path', 'From', 'When', 'Before'],
    evidence.files.map((each) => [each.what, each.path, each.from ?? '', timeOf(each.at), beforeWords(each)]),
  ),
)}
${section(
  'Alerts',
  table(
    ['When', 'What', 'Rule'],
    evidence.alerts.map((each) => [timeOf(each.at), each.text, each.rule]),
  ),
)}
${section(
  'Grants in force',
  table(
    ['Scope', 'Uses', 'Made'],
    evidence.grants.map((each) => [each.words, each.uses, timeOf(each.madeAt)]),
  ),
)}
${section(
  'Tools',
  table(
    ['Name', 'Version', 'From', 'SHA-256'],
    evidence.tools.map((each) => [each.name, each.version, each.from, each.hash]),
  ),
)}
${section(
  'Proof',
  facts([
    [
      'Record',
      verified.ok
        ? `${verified.entries} entries are as they were written`
        : (verified.firstBad?.text ?? 'broken'),
    ],
    ['Sealed up to', verified.sealedTo === null ? 'nothing' : `entry ${verified.sealedTo}`],
    ['In this folder', `${evidence.entries} entries since ${timeOf(evidence.since)}, in timeline.jsonl`],
  ]),
)}
</main></body></html>
`
}

/** What was only moved or made has no content from before. */
function beforeWords({ what, beforeImage }: Evidence['files'][number]): string {
  if (beforeImage) return 'kept'
  return what === 'changed' || what === 'trashed' ? 'nothing kept' : ''
}

const timeOf = (at: number) => new Date(at).toISOString()

function facts(pairs: [string, string][]): string {
  return `<dl>${pairs.map(([name, value]) => `<dt>${asText(name)}</dt><dd>${asText(value)}</dd>`).join('')}</dl>`
}
function listOf(lines: string[], none: string): string {
  return lines.length === 0
    ? `<p>${asText(none)}</p>`
    : `<ul>${lines.map((line) => `<li>${asText(line)}</li>`).join('')}</ul>`
}
function checks(items: ChecklistItem[]): string {
  const line = ({ text, url, doneAt, how }: ChecklistItem) =>
    `<li>${doneAt === null ? '☐' : '☑'} ${asText(text)} ${asText(url)}${how ? ` (${asText(how)})` : ''}</li>`
  return `<ul class="checks">${items.map(line).join('')}</ul>`
}
function table(head: string[], rows: (string | number)[][]): string {
  if (rows.length === 0) return '<p>None.</p>'
  const cells = (tag: string, values: (string | number)[]) =>
    values.map((value) => `<${tag}>${asText(String(value))}</${tag}>`).join('')
  return `<table><thead><tr>${cells('th', head)}</tr></thead><tbody>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</tbody></table>`
}

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const asText = (text: string) => text.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? '')

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:0;padding:2rem 1rem}
main{max-width:60rem;margin:auto}h1{font-size:1.4rem}h2{font-size:1.05rem;margin-top:2rem;border-bottom:1px solid #8884}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid #8883;overflow-wrap:anywhere}th,td:first-child{overflow-wrap:break-word}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{opacity:.7}dd{margin:0;overflow-wrap:anywhere}.checks{list-style:none;padding:0}`
