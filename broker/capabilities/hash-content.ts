/** The hash by which content stands in a binding. */
import { createHash } from 'node:crypto'

/** SHA-256, hex. */
export function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
