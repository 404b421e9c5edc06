/** What would be written, whole, as the consent window shows it. */
import type { ExactLine } from '../../../contract/consent.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import type { StagedFile } from '../../ports.ts'

/** Longest text of one line in a question, in UTF-16 units. */
const LINE = 1_900_000

const HOW = {
  create: 'a new file; fails if there is one',
  replace: 'in place of what is there',
  append: 'at the end of what is there',
}

export function exactContent(args: OperationArgs<'fs.writeFile'>, size: number): ExactLine[] {
  const lines = manner(args, size)
  const label = args.encoding === 'utf8' ? 'Content' : `Content (${args.encoding})`
  const parts = Math.max(1, Math.ceil(args.data.length / LINE))
  for (let part = 0; part < parts; part++) {
    const text = args.data.slice(part * LINE, (part + 1) * LINE)
    lines.push({
      label: parts === 1 ? label : `${label}, ${part + 1} of ${parts}`,
      text,
      spans: [],
      long: true,
    })
  }
  return lines
}

/** Longest text of gathered content that is shown, in bytes; of longer content this much, and the hash of all. */
const SHOWN = 1024 * 1024

export function exactStaged(args: OperationArgs<'fs.writeStream'>, content: StagedFile): ExactLine[] {
  const bytes = content.head(SHOWN)
  const isText = !bytes.includes(0)
  const all = bytes.length === content.size
  const shown = isText ? bytes.toString('utf8') : bytes.subarray(0, 4096).toString('hex')
  const label = isText ? 'Content' : 'Content (hex)'
  return [
    ...manner(args, content.size),
    { label: 'SHA-256 of all of it', text: content.hash, spans: [], long: false, ours: true },
    {
      label: all && isText ? label : `${label}, its beginning`,
      text: shown,
      spans: [],
      long: true,
    },
  ]
}

function manner(args: { mode: keyof typeof HOW; parents: boolean }, size: number): ExactLine[] {
  const lines: ExactLine[] = [
    { label: 'Written', text: `${size} bytes, ${HOW[args.mode]}`, spans: [], long: false, ours: true },
  ]
  if (args.parents)
    lines.push({ label: 'Folders', text: 'missing ones are made', spans: [], long: false, ours: true })
  return lines
}
