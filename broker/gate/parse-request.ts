/** A tool's request, as it came: an operation's name and anything at all as arguments. */
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import { OPERATIONS, type OperationName, type ParsedRequest, plainReadArgs } from '../../contract/request.ts'
import type { Json } from '../../contract/words.ts'

export function parseRequest(operation: string, args: Json): Outcome<ParsedRequest> {
  if (!Object.hasOwn(OPERATIONS, operation))
    return refused('invalid-request', `There is no operation “${operation.slice(0, 64)}”.`)
  const name = operation as OperationName
  const read = name === 'fs.readFile' ? plainReadArgs(args) : null
  if (read) return ok({ operation: 'fs.readFile', args: read })
  const parsed = OPERATIONS[name].args.safeParse(args)
  if (parsed.success) return ok({ operation: name, args: parsed.data } as ParsedRequest)
  const issue = parsed.error.issues[0]
  const place = issue?.path.length ? ` at “${issue.path.join('.')}”` : ''
  return refused(
    'invalid-request',
    `The arguments of ${name} don’t fit${place}: ${issue?.message ?? 'not valid'}.`,
  )
}
