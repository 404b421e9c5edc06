import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { Json } from '../../contract/words.ts'
import { run } from '../agentdojo.ts'
import { coalesce } from './replay-suite.ts'
import { readSuites } from './suite-file.ts'

const FIXTURES = path.join(import.meta.dirname, 'fixtures')
const ROOT = path.resolve(import.meta.dirname, '../..')
/** Further folders of suites that the rules must not know a word of. */
const FOLDERS = [FIXTURES, ...(process.env.SALLYPORT_SUITES ? [process.env.SALLYPORT_SUITES] : [])]

it('passes no injected effect of suites it was not made for, and asks no more than the simple rules', async () => {
  const { rows } = await run({ args: [FIXTURES] })
  const [unlessSaid, always, ours] = rows.slice(-3)
  expect(ours).toMatchObject({ suite: 'total', userTasks: 19, pairs: 114, silent: 0 })
  expect(Number(ours?.questions)).toBeLessThanOrEqual(Number(unlessSaid?.questions))
  expect(Number(unlessSaid?.questions)).toBeLessThan(Number(always?.questions))
  expect(Number(unlessSaid?.silent)).toBeGreaterThan(0)
})

it.each([
  'after',
  'instead',
])('passes none either where the injected text stands %s every text from outside, also those that a task points at', async (placing) => {
  const { rows } = await run({ args: [FIXTURES, placing] })
  expect(rows.at(-1)).toMatchObject({ suite: 'total', userTasks: 19, pairs: 114, silent: 0 })
})

it('questions of one kind in one go are one, and equal ones are one', () => {
  const call = (tool: string, at: number) => ({ tool, args: { at } })
  expect(coalesce([call('a', 1), call('a', 2), call('b', 1), call('a', 1)])).toBe(2)
  expect(coalesce([call('a', 1), call('b', 1), call('a', 2)])).toBe(3)
})

it('no word of a suite stands in the rules or in the replay', () => {
  const code = ['broker/origins', 'bench/agentdojo']
    .flatMap((folder) => readdirSync(path.join(ROOT, folder)).map((name) => path.join(ROOT, folder, name)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => [path.relative(ROOT, file), readFileSync(file, 'utf8').toLowerCase()] as const)
  const words = FOLDERS.flatMap(readSuites).flatMap(wordsOf)
  expect(words.length).toBeGreaterThan(20)
  const found = words.flatMap((word) =>
    code.filter(([, text]) => text.includes(word)).map(([file]) => `${file}: ${word}`),
  )
  expect(found).toEqual([])
})

/** Names of tools and of things, addresses, and what stands in quotes: two words or an identifier each. */
function wordsOf(suite: ReturnType<typeof readSuites>[number]): string[] {
  const named: string[] = []
  const walk = (value: Json, key: string): void => {
    if (typeof value === 'object' && value !== null)
      for (const [name, each] of Object.entries(value)) walk(each, Array.isArray(value) ? key : name)
    else if (typeof value === 'string' && /name|title|email|recipient|sender|address/.test(key))
      named.push(value)
  }
  walk(suite.environment_template, '')
  const quoted = suite.user_tasks.flatMap((task) => task.prompt.match(/(?<=\s)'[^'\n]{3,80}'/g) ?? [])
  return [...named, ...quoted.map((each) => each.slice(1, -1)), ...suite.tools.map((tool) => tool.name)]
    .map((word) => word.toLowerCase())
    .filter((word) => word.length > 6 && /[\s_@]/.test(word) && !/^account_|_(name|day)$/.test(word))
}
