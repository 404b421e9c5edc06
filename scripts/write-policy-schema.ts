// Writes docs/policy.schema.json from the schemas in contract/. A test says when it is no longer current.
import { writeFileSync } from 'node:fs'
import { policySchemaText } from '../broker/policy/policy-schema.ts'

writeFileSync(new URL('../docs/policy.schema.json', import.meta.url), policySchemaText())
console.log('docs/policy.schema.json is written.')
