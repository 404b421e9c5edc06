/** What would be written, whole, as the consent window shows it. */
import type { ExactLine } from '../../../contract/consent.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import type { StagedFile } from '../../ports.ts'

/** Longest text of one line in a question, in UTF-16 units. */
const LINE = 1_900_000

type Manner = Pick<OperationArgs<'fs.writeFile'>, 'mode' | 'parents'>

const OVER = {
  create: 'a new file; fails if there is one',
  replace: 'in place of what is there',
  append: 'at the end of what is there',
}

/** What is there now: what isn't is not told of. */
export interface There {
  file: boolean
  /** That would be made, outermost first. */
  missing: readonly string[]
}

export function exactContent(args: OperationArgs<'fs.writeFile'>, size: number, there: There): ExactLine[] {
  const lines = manner(args, size, there)
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

export function exactStaged(
  args: OperationArgs<'fs.writeStream'>,
  content: StagedFile,
  there: There,
): ExactLine[] {
  const bytes = content.head(SHOWN)
  const isText = !bytes.includes(0)
  const all = bytes.length === content.size
  const shown = isText ? bytes.toString('utf8') : bytes.subarray(0, 4096).toString('hex')
  const label = isText ? 'Content' : 'Content (hex)'
  return [
    ...manner(args, content.size, there),
    { label: 'SHA-256 of all of it', text: content.hash, spans: [], long: false, ours: true },
    {
      label: all && isText ? label : `${label}, its beginning`,
      text: shown,
      spans: [],
      long: true,
    },
  ]
}

function manner({ mode, parents }: Manner, size: number, { file, missing }: There): ExactLine[] {
  const bytes = size === 1 ? '1 byte' : `${size} bytes`
  const how = file || mode === 'create' ? OVER[mode] : 'a new file'
  const lines: ExactLine[] = [
    { label: 'Written', text: `${bytes}, ${how}`, spans: [], long: false, ours: true },
  ]
  const [first] = missing
  if (parents && first !== undefined) {
    const label =
      missing.length === 1 ? 'Makes the folder' : `Makes ${missing.length} folders, beginning with`
    lines.push({ label, text: first, spans: [], long: false })
  }
  return lines
}
