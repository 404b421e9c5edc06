/** What would be written, whole, as the consent window shows it. */
import type { ExactLine } from '../../../contract/consent.ts'
import type { OperationArgs } from '../../../contract/request.ts'

/** Longest text of one line in a question, in UTF-16 units. */
const LINE = 1_900_000

export function exactContent(args: OperationArgs<'fs.writeFile'>, size: number): ExactLine[] {
  const how = {
    create: 'a new file; fails if there is one',
    replace: 'in place of what is there',
    append: 'at the end of what is there',
  }[args.mode]
  const lines: ExactLine[] = [{ label: 'Written', text: `${size} bytes, ${how}`, spans: [], long: false }]
  if (args.parents) lines.push({ label: 'Folders', text: 'missing ones are made', spans: [], long: false })
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
