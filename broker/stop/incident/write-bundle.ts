/**
 * Writes the incident bundle: a folder that one hands to a responder. Everything goes through the leak scan once more,
 * so that no secret leaves with it; a list of the files with their hashes is written last.
 */
import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ChecklistItem } from '../../../contract/incident.ts'
import type { LeakScanner } from '../../ports.ts'
import type { Evidence } from './evidence.ts'
import { reportHtml } from './report-html.ts'
import { reportMarkdown } from './report-markdown.ts'

export interface BundleParts {
  folder: string
  evidence: Evidence
  checklist: ChecklistItem[]
  /** Pages of the record, as JSON Lines with hash and prev. */
  timeline: Iterable<string>
  /** The same as rows for a spreadsheet. */
  rows: Iterable<string>
  leaks: Pick<LeakScanner, 'scan'>
  /** Content of a file before a change, by the change's id; null when it is no longer kept. */
  beforeImage?(id: string): Promise<Buffer | null>
}

/** Before-images: bytes of one file and of all, newest changes first. */
const IMAGE_BYTES = 1024 * 1024
const IMAGES_BYTES = 32 * 1024 * 1024

/** Names of the files, in the folder. Throws when the folder can't be made or written. */
export async function writeBundle(parts: BundleParts): Promise<string[]> {
  const { folder, evidence, checklist, leaks } = parts
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  mkdirSync(path.join(folder, 'policies'), { mode: 0o700 })
  const hashes: Record<string, string> = {}
  const clean = async (text: string) => (await leaks.scan(text)).redacted
  const put = (name: string, content: string | Buffer) => {
    const bytes = Buffer.from(content)
    writeFileSync(path.join(folder, name), bytes, { mode: 0o600, flag: 'wx' })
    hashes[name] = createHash('sha256').update(bytes).digest('hex')
  }
  const json = async (name: string, value: unknown) =>
    put(name, `${await clean(JSON.stringify(value, null, 2))}\n`)

  const { text, hidden } = await cleanLines(parts.timeline, clean)
  put('timeline.jsonl', text)
  put('timeline.csv', (await cleanLines(parts.rows, clean)).text)
  put('report.md', await clean(reportMarkdown(evidence, checklist)))
  put('report.html', await clean(reportHtml(evidence, checklist)))
  await json('stop-receipt.json', evidence.receipt)
  await json('checklist.json', checklist)
  await json('grants.json', evidence.grants)
  await json('tools.json', evidence.tools)
  await json('hosts.json', evidence.hosts)
  await json('secrets.json', evidence.secrets)
  await json('files.json', await withImages(parts, put))
  await json('alerts.json', evidence.alerts)
  for (const { name, text } of evidence.policies)
    put(path.join('policies', fileName(name)), await clean(text))
  await json('proof.json', {
    head: evidence.head,
    verified: evidence.verified,
    linesWithHiddenSecrets: hidden,
  })
  put(
    'manifest.json',
    `${JSON.stringify({ incident: evidence.id, at: evidence.at, sha256: hashes }, null, 2)}\n`,
  )
  return Object.keys(hashes)
}

/** The changed files, each with where its content before the change lies in the bundle, or why it does not. */
async function withImages(
  { folder, evidence, leaks, beforeImage }: BundleParts,
  put: (name: string, content: string | Buffer) => void,
) {
  mkdirSync(path.join(folder, 'before'), { mode: 0o700 })
  let left = IMAGES_BYTES
  const listed = []
  for (const file of evidence.files.toSorted((a, b) => b.at - a.at)) {
    const { beforeImage: id, ...rest } = file
    const kept = id === null ? null : ((await beforeImage?.(id)) ?? null)
    const { content, note } = await imageFor(kept, left, leaks)
    const before = content === null || id === null ? null : `before/${fileName(id)}`
    if (before !== null && content !== null) {
      left -= content.length
      put(before, content)
    }
    listed.push({ ...rest, before, note: id === null ? '' : note })
    await new Promise((resolve) => setImmediate(resolve))
  }
  return listed
}

/** Text goes in without the secrets in it; of anything else nothing can be taken out, so it stays out as a whole. */
async function imageFor(kept: Buffer | null, left: number, leaks: Pick<LeakScanner, 'scan'>) {
  if (kept === null) return { content: null, note: 'no longer kept' }
  if (kept.length > IMAGE_BYTES || kept.length > left)
    return { content: null, note: `too large for the bundle (${kept.length} bytes); undo still has it` }
  const isText = isUtf8(kept) && !kept.includes(0)
  const text = kept.toString(isText ? 'utf8' : 'latin1')
  const { redacted } = await leaks.scan(text)
  if (redacted === text) return { content: kept, note: '' }
  return isText
    ? { content: Buffer.from(redacted), note: 'secrets in it are taken out' }
    : { content: null, note: 'left out: it holds a secret' }
}

/** Line by line, giving way now and then: a long record must not hold up the process that is being stopped. */
async function cleanLines(pages: Iterable<string>, clean: (text: string) => Promise<string>) {
  const hidden: number[] = []
  const done: string[] = []
  let number = 0
  for (const page of pages) {
    if ((await clean(page)) === page) {
      done.push(page)
      number += page.split('\n').length - 1
    } else {
      for (const line of page.split('\n').slice(0, -1)) {
        number++
        const cleaned = await clean(line)
        if (cleaned !== line) hidden.push(number)
        done.push(`${cleaned}\n`)
      }
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { text: done.join(''), hidden }
}

const fileName = (name: string) => name.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 100) || 'policy'
