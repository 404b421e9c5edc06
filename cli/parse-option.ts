/** JSON given as an option, parsed; what is wrong with it is a usage error. */
import type { z } from 'zod'
import { CliError, EXIT } from './exit-code.ts'
import { wrongWords } from './wrong-words.ts'

export function parseOption<S extends z.ZodType>(schema: S, name: string, text: string): z.infer<S> {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    throw new CliError(EXIT.usage, 'usage', `${name} is no JSON.`)
  }
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  throw new CliError(EXIT.usage, 'usage', `${name}: ${wrongWords(parsed.error)}`)
}
