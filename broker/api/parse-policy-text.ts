/** A policy's text that came over a door, or a fault with its place. */
import { ApiError } from '../../contract/broker-api.ts'
import type { PolicyFile } from '../../contract/policy.ts'
import type { PolicyBook } from '../ports.ts'

export function parsePolicyText(book: PolicyBook, text: string): PolicyFile {
  const { policy, faults } = book.parse(text, 'policy')
  if (policy) return policy
  const first = faults[0]
  throw new ApiError(
    'invalid-request',
    first ? `Line ${first.line}, column ${first.column}: ${first.text}` : 'This is no policy file.',
  )
}
