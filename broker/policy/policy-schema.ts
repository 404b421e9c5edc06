/** The published JSON Schema of a policy file, made from the schemas that the broker parses with. */
import { z } from 'zod'
import { PolicyFile } from '../../contract/policy.ts'

/** Text of `docs/policy.schema.json`. What it allows is a little wider than what the broker takes: patterns are checked there. */
export function policySchemaText(): string {
  const schema = z.toJSONSchema(PolicyFile, { io: 'input', reused: 'inline', target: 'draft-2020-12' })
  const { $schema, ...rest } = schema
  const head = { $schema, $id: 'policy.schema.json', title: 'Sallyport policy' }
  return `${JSON.stringify({ ...head, ...rest }, null, 2)}\n`
}
