// docs/TOOL-AUTHORS.md is kept true: its example is run, its lists are compared with what is really there.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Manifest, ToolLimits } from '../../contract/manifest.ts'
import { FAILURES, ok, REFUSALS } from '../../contract/outcome.ts'
import { OPERATIONS } from '../../contract/request.ts'
import type { Json } from '../../contract/words.ts'
import { openSharedLane } from '../../e2e/fixtures/open-shared-lane.ts'
import { callTool, makeTool } from '../../e2e/fixtures/open-test-lane.ts'

const page = readFileSync('docs/TOOL-AUTHORS.md', 'utf8')
const blocks = [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, kind, text]) => ({
  kind,
  text: text ?? '',
}))
const code = (kind: string, word: string) =>
  blocks.find((block) => block.kind === kind && block.text.includes(word))?.text ?? ''
const inTicks = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '')

const { lane } = await openSharedLane()
const evaluate = async (expression: string): Promise<Json> => {
  const { outcome } = await callTool(lane, makeTool(`export const main = () => (${expression})`))
  if (outcome.kind !== 'ok') throw new Error(outcome.person)
  return outcome.value
}
const kindsOf = (names: string[]) => evaluate(`[${names.map((name) => `typeof ${name}`)}]`)

type Properties = Record<
  string,
  { default?: unknown; maximum?: number; maxLength?: number; maxItems?: number }
>

describe('the author’s page', () => {
  it('has a manifest that is one, and code that does what it says', async () => {
    const manifest = Manifest.parse(JSON.parse(code('json', 'manifestVersion')))
    const tool = { ...makeTool({ 'tool.js': code('js', 'countWords') }), manifest }
    const { outcome } = await callTool(lane, tool, {
      fn: 'countWords',
      input: { folder: '/x' },
      onRequest: async (operation) =>
        ok<Json>(
          operation === 'fs.list'
            ? { entries: [{ path: '/x/a.txt', name: 'a.txt' }] }
            : { data: 'one two\nthree\n' },
        ),
    })
    expect(outcome).toEqual(ok({ files: [{ name: 'a.txt', words: 3 }] }))
  })

  it('names every function of the gate, with its capability', async () => {
    const rows = [...page.matchAll(/^\| `sallyport\.([\w.]+)\([^|]*\| `([\w.]+)` \|/gm)].map(
      ([, name, capability]) => [name, capability],
    )
    const operations = Object.entries(OPERATIONS).map(([name, { capability }]) => [
      name.replace('secret.', 'secrets.'),
      capability,
    ])
    expect(rows.sort()).toEqual(operations.sort())
    expect(await kindsOf(rows.map(([name]) => `sallyport.${name}`))).toEqual(rows.map(() => 'function'))
  })

  it('names every global that is given, and none that is not', async () => {
    const table = page.slice(page.indexOf("Of the web's types") + 1, page.indexOf('Not there, on purpose'))
    const named = inTicks(table.slice(table.indexOf('| | |'))).filter(
      (name) => /^[a-zA-Z.]+$/.test(name) && name !== 'sign',
    )
    expect(await kindsOf(named)).not.toContain('undefined')
    const absent = inTicks(
      page.slice(page.indexOf('Not there, on purpose'), page.indexOf('[`contract/tool-api.d.ts`]')),
    )
    expect(absent.length).toBeGreaterThan(5)
    expect(await kindsOf(absent)).toEqual(absent.map(() => 'undefined'))
    const given = await evaluate(
      `Object.getOwnPropertyNames(globalThis).filter((name) => { const d = Object.getOwnPropertyDescriptor(globalThis, name); return d.writable === false && d.configurable === false && !['Infinity', 'NaN', 'undefined'].includes(name) })`,
    )
    expect((given as string[]).filter((name) => name !== 'sallyport').sort()).toEqual(
      [...new Set(named.map((name) => name.split('.')[0]))].sort(),
    )
  })

  it('names the limits as they are', () => {
    const defaults = ToolLimits.parse({})
    for (const [name, value] of Object.entries(defaults)) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``)) ?? ''
      const shown = row.split('|')[2]?.trim().replace(/,/g, '').replace('1 MiB', '1048576')
      expect(Number(shown), name).toBe(value)
      const most = Number(row.split('|')[3]?.trim().replace(/,/g, '').replace('4 MiB', '4194304'))
      expect(ToolLimits.safeParse({ ...defaults, [name]: most }).success, name).toBe(true)
      expect(ToolLimits.safeParse({ ...defaults, [name]: most + 1 }).success, name).toBe(false)
    }
  })

  it('names what each argument is when it is left out, and how much it may be, as it is', () => {
    const inBytes = (cell = '') =>
      cell
        .trim()
        .replace(/,/g, '')
        .replace(/^(\d+) MiB$/, (_, n) => `${n * 2 ** 20}`)
    const rows = [...page.matchAll(/^\| `([\w.]+)` `(\w+)` \|([^|]*)\|([^|]*)\|$/gm)].map(
      ([, operation, argument, usual, most]) => [`${operation} ${argument}`, inBytes(usual), inBytes(most)],
    )
    const known = Object.entries(OPERATIONS).flatMap(([operation, { args }]) => {
      const { properties = {} } = z.toJSONSchema(args, { io: 'input' }) as { properties?: Properties }
      return Object.entries(properties).map(([argument, about]) => [
        `${operation} ${argument}`,
        typeof about.default === 'number' ? `${about.default}` : '',
        `${about.maximum ?? about.maxLength ?? about.maxItems ?? ''}`,
      ])
    })
    expect(rows.filter((row) => !known.some((each) => `${each}` === `${row}`))).toEqual([])
    const bounded = known.filter(([name, usual]) => usual !== '' && !name?.endsWith(' offset'))
    expect(bounded.filter((each) => !rows.some(([name]) => name === each[0]))).toEqual([])
  })

  it('names only codes that exist, and every refusal that a tool can meet', () => {
    const line = page.split('\n').find((text) => text.startsWith('- `code`')) ?? ''
    const [refusals, failures] = line.split('for failures').map((part) => inTicks(part))
    expect(refusals?.filter((code) => code !== 'code').sort()).toEqual([...REFUSALS].sort())
    expect(failures?.filter((code) => !(FAILURES as readonly string[]).includes(code))).toEqual([])
  })
})
