/**
 * What stands in an export of a record that does not verify, in its own form, so that whoever reads the file hears of it
 * without the program that wrote it: first of all that, and in the place of each entry that can't be read a line.
 */
import type { ActivityEntry, VerifyReport } from '../../../contract/activity.ts'
import { canonicalJson } from '../canonical-json.ts'
import { readEntry } from '../entry-bytes.ts'
import { csvCells } from './csv-line.ts'
import { type OcsfSource, ocsfEvent } from './ocsf-event.ts'

export type ExportFormat = 'jsonl' | 'csv' | 'ocsf'

const BROKEN = 'This record does not verify'

export function brokenNotice(format: ExportFormat, report: VerifyReport, source: OcsfSource): string {
  const { firstBad, head } = report
  const where = firstBad === null ? '' : `: entry ${firstBad.seq}: ${firstBad.what}. ${firstBad.text}`
  const text = `${BROKEN}${where}`
  const at = Date.now()
  if (format === 'jsonl')
    return `${canonicalJson({ notice: text, at, verified: { ok: false, firstBad, head } })}\n`
  if (format === 'csv') return csvCells({ time: new Date(at).toISOString(), kind: 'alert', what: text })
  const alert = JSON.stringify({
    ...{ at, kind: 'alert', seq: 0, subject: text },
    details: { rule: 'chain-broken', title: BROKEN, text },
  })
  const entry: ActivityEntry = { ...readEntry(alert), hash: head?.hash ?? '', prev: '' }
  const event = ocsfEvent(entry, null, source)
  return event === null ? '' : `${canonicalJson(event)}\n`
}

/** An event is an effect: of one that can't be read OCSF says nothing. */
export function unreadableLine(format: ExportFormat, seq: number): string {
  const notice = `Entry ${seq} can’t be read.`
  if (format === 'jsonl') return `${canonicalJson({ notice, seq })}\n`
  return format === 'csv' ? csvCells({ number: seq, kind: 'alert', what: notice }) : ''
}
