/** A tool's request, as it came: an operation's name and anything at all as arguments. */
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import { OPERATIONS, type OperationName, type ParsedRequest, plainReadArgs } from '../../contract/request.ts'
import type { Json } from '../../contract/words.ts'

/** More than any operation takes, in all of it. A schema says of each value that it doesn't know. */
const MOST_VALUES = 4_096
/** Characters of what a schema says: it can name all that it was given. */
const LONGEST_REASON = 300

export function parseRequest(operation: string, args: Json): Outcome<ParsedRequest> {
  if (!Object.hasOwn(OPERATIONS, operation))
    return refused('invalid-request', `There is no operation “${operation.slice(0, 64)}”.`)
  const name = operation as OperationName
  const read = name === 'fs.readFile' ? plainReadArgs(args) : null
  if (read) return ok({ operation: 'fs.readFile', args: read })
  if (isCrowded(args))
    return refused('invalid-request', `The arguments of ${name} don’t fit: there are too many of them.`)
  const parsed = OPERATIONS[name].args.safeParse(args)
  if (parsed.success) return ok({ operation: name, args: parsed.data } as ParsedRequest)
  const issue = parsed.error.issues[0]
  const place = issue?.path.length ? ` at “${issue.path.join('.').slice(0, LONGEST_REASON)}”` : ''
  const reason = (issue?.message ?? 'not valid').slice(0, LONGEST_REASON)
  return refused('invalid-request', `The arguments of ${name} don’t fit${place}: ${reason}.`)
}

/** Counts no further than it must; even to list the names of a hundred thousand members takes long. */
function isCrowded(args: Json): boolean {
  const open = [args]
  let left = MOST_VALUES
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value) && value.length > left) return true
    for (const name in value) {
      if (--left < 0) return true
      open.push((value as { [name: string]: Json })[name] as Json)
    }
  }
  return false
}
