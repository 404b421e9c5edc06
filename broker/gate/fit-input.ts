/**
 * Whether an input fits the schema that a tool's manifest states. The schema is the tool's own: an expression in it, or
 * choices of choices, can be made to take for ever, and it is this thread that would wait. So what is more than plain
 * types is tried for a moment only.
 */
import vm from 'node:vm'
import { z } from 'zod'
import type { Json } from '../../contract/words.ts'
import { createPlainFit } from './fit-plainly.ts'

type Schema = Record<string, Json>
export interface InputFit {
  /** Null when the input fits; or where it doesn't, and why. */
  check(input: Json): { path: string; text: string } | null
}

/** By the clock, for one try; and processor time for all of them, since a busy machine takes its share of the first. */
const TRY_MS = 40
const LONGEST_CPU_MS = 40

/** Keywords with which a check takes time that grows with the input, and no more. */
const PLAIN = new Set(
  '$schema $comment title description default examples type required minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems'.split(
    ' ',
  ),
)

/** @throws when it is no schema that can be checked */
export function createInputFit(declared: Schema): InputFit {
  const schema = z.fromJSONSchema(declared as Parameters<typeof z.fromJSONSchema>[0]) as z.ZodType
  const parse = (input: Json) => schema.safeParse(input)
  const parseFor = isPlain(declared) ? parse : (input: Json) => forAMoment(() => parse(input))
  const fitsPlainly = createPlainFit(declared)
  return {
    check(input) {
      if (fitsPlainly?.(input)) return null
      const parsed = tryIt(() => parseFor(input))
      if (parsed === null) return { path: '', text: 'its schema can’t be checked in the time that there is' }
      if (parsed.success) return null
      const issue = parsed.error.issues[0]
      return { path: issue?.path.join('.') ?? '', text: issue?.message ?? 'not valid' }
    },
  }
}

/** Null when it ran out of its time, or of the stack: a schema may name itself. */
function tryIt<T>(run: () => T): T | null {
  try {
    return run()
  } catch (error) {
    if (error instanceof RangeError || isTimeout(error)) return null
    throw error
  }
}

const context = vm.createContext({ run: null as (() => unknown) | null })
const script = new vm.Script('run()')

function forAMoment<T>(run: () => T): T {
  for (let spent = 0; ; ) {
    const began = cpuNow()
    try {
      context.run = run
      return script.runInContext(context, { timeout: TRY_MS }) as T
    } catch (error) {
      spent += cpuNow() - began
      if (!isTimeout(error) || spent >= LONGEST_CPU_MS) throw error
    } finally {
      context.run = null
    }
  }
}

function isTimeout(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}

function cpuNow(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function isPlain(schema: Json | undefined): boolean {
  if (typeof schema === 'boolean') return true
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return false
  return Object.entries(schema).every(([key, value]) => {
    if (PLAIN.has(key)) return true
    if (key === 'enum') return Array.isArray(value) && value.length <= 100
    if (key === 'items' || key === 'additionalProperties') return isPlain(value)
    return key === 'properties' && typeof value === 'object' && Object.values(value as Schema).every(isPlain)
  })
}
