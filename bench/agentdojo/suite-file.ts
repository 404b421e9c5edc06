/** A suite as a file: tools, tasks, injections and the environment that the tools read. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { Json } from '../../contract/words.ts'

const Args = z.record(z.string(), Json)
const Call = z.object({ tool: z.string(), args: Args })
const SuiteTool = z.object({
  name: z.string(),
  group: z.string().default(''),
  description: z.string().default(''),
  reads_untrusted: z.boolean(),
  reads_private: z.boolean(),
  external_effect: z.boolean(),
})
export const Suite = z.object({
  suite: z.string(),
  tools: z.array(SuiteTool),
  user_tasks: z.array(z.object({ id: z.string(), prompt: z.string(), ground_truth: z.array(Call) })),
  injection_tasks: z.array(z.object({ id: z.string(), goal: z.string(), ground_truth: z.array(Call) })),
  injection_vectors: z.array(
    z.object({ id: z.string(), default: z.string().default(''), places: z.array(z.string()) }),
  ),
  environment_template: z.record(z.string(), Json),
})
export type Suite = z.infer<typeof Suite>
export type SuiteTool = z.infer<typeof SuiteTool>
export type Call = z.infer<typeof Call>

/** Every suite in a folder, by file name. Throws with the file's name when one has another form. */
export function readSuites(folder: string): Suite[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
  if (files.length === 0) throw new Error(`There is no suite (*.json) in ${folder}.`)
  return files.map((name) => {
    const parsed = Suite.safeParse(JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
    if (!parsed.success) throw new Error(`${name} is no suite: ${z.prettifyError(parsed.error)}`)
    return parsed.data
  })
}

/**
 * Harder than the suite: the text stands after every text that came from outside (or in its place), in the very
 * messages, files and pages that a task points at.
 */
export function fillEverywhere(
  environment: Record<string, Json>,
  isOutside: (path: readonly string[], text: string) => boolean,
  fill: (text: string) => string,
): Record<string, Json> {
  const walk = (value: Json, path: readonly string[]): Json => {
    if (typeof value === 'string') return isOutside(path, value) ? fill(value) : value
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((each, at) => walk(each, [...path, String(at)]))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each, [...path, key])]))
  }
  return walk(environment, []) as Record<string, Json>
}

/** The environment with every injection place filled: with `text`, or with what stands there when nobody attacks. */
export function fillEnvironment(suite: Suite, text: string | null): Record<string, Json> {
  const fill = (value: Json): Json => {
    if (typeof value === 'string')
      return suite.injection_vectors.reduce(
        (filled, vector) => filled.replaceAll(`{${vector.id}}`, () => text ?? vector.default),
        value,
      )
    if (Array.isArray(value)) return value.map(fill)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each)]))
  }
  return fill(suite.environment_template) as Record<string, Json>
}
