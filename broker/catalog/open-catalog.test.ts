import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCatalog } from './open-catalog.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'catalog-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const manifest = {
  manifestVersion: 1,
  name: 'sample',
  version: '1.2.3',
  title: 'Sample',
  summary: 'A sample.',
  capabilities: ['fs.read'],
  functions: [{ name: 'run', title: 'Run', description: 'Runs.', input: { type: 'object' } }],
}
async function put(where: string, files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, where, name)), { recursive: true })
    await writeFile(path.join(folder, where, name), text)
  }
  return path.join(folder, where)
}
const open = (from: 'built-in' | 'installed' = 'built-in') =>
  openCatalog({ folders: [{ path: folder, from }] })

test('loads each package whole: manifest with defaults, modules, maps, origin', async () => {
  await put('sample', {
    'manifest.json': JSON.stringify(manifest),
    'tool.js': 'export const run = () => 1',
    'tool.js.map': '{"version":3}',
    'lib/a.mjs': 'export const a = 1',
    'tool.test.ts': 'nothing',
    'node_modules/x/index.js': 'nothing',
  })
  const catalog = await open()
  const tool = catalog.get('sample')
  expect(tool).toMatchObject({ name: 'sample', version: '1.2.3', from: 'built-in', title: 'Sample' })
  expect(Object.keys(tool?.modules ?? {})).toEqual(['lib/a.mjs', 'tool.js'])
  expect(tool?.maps).toEqual({ 'tool.js': '{"version":3}' })
  expect(tool?.manifest.limits.memoryMb).toBe(128)
  expect(tool?.hash).toMatch(/^[0-9a-f]{64}$/)
  expect(catalog.get('nobody')).toBeNull()
  expect(catalog.faults()).toEqual([])
})

test('the hash follows what runs and what it may ask, not the layout of the manifest or its map', async () => {
  const hashOf = async (text: string, code: string, map = '') => {
    const where = await put('sample', { 'manifest.json': text, 'tool.js': code, 'tool.js.map': map })
    const loaded = await (await open()).loadFolder(where)
    return loaded.kind === 'ok' ? loaded.value.hash : loaded.person
  }
  const code = 'export const run = () => 1'
  const first = await hashOf(JSON.stringify(manifest), code)
  const { name, ...rest } = manifest
  expect(await hashOf(JSON.stringify({ ...rest, name }, null, 4), code, 'a map')).toBe(first)
  expect(await hashOf(JSON.stringify(manifest), `${code} `)).not.toBe(first)
  expect(await hashOf(JSON.stringify({ ...manifest, capabilities: ['fs.read', 'fs.write'] }), code)).not.toBe(
    first,
  )
})

test('a package that does not load is a fault in words, and the others load', async () => {
  await put('a-good', { 'manifest.json': JSON.stringify(manifest), 'tool.js': '' })
  await put('b-no-json', { 'manifest.json': '{', 'tool.js': '' })
  await put('c-unknown-key', {
    'manifest.json': JSON.stringify({ ...manifest, name: 'c', shell: true }),
    'tool.js': '',
  })
  await put('d-no-main', { 'manifest.json': JSON.stringify({ ...manifest, name: 'd' }) })
  await put('e-same-name', { 'manifest.json': JSON.stringify(manifest), 'tool.js': '' })
  const functions = [{ ...manifest.functions[0], input: { type: 'thing' } }]
  await put('g-no-schema', {
    'manifest.json': JSON.stringify({ ...manifest, name: 'g', functions }),
    'tool.js': '',
  })
  await put('f-no-manifest', { 'tool.js': '' })
  const catalog = await open()
  expect(catalog.list().map(({ name }) => name)).toEqual(['sample'])
  const texts = catalog.faults().map(({ text }) => text)
  expect(texts).toHaveLength(6)
  expect(texts[0]).toMatch(/not JSON/)
  expect(texts[1]).toMatch(/not a tool’s manifest.*shell/)
  expect(texts[2]).toMatch(/has no tool\.js/)
  expect(texts[3]).toMatch(/already/)
  expect(texts[4]).toMatch(/manifest\.json isn’t there/)
  expect(texts[5]).toMatch(/no JSON Schema/)
})

test('a link out of the folder keeps the package from loading; a link inside it is followed', async () => {
  const secret = await put('elsewhere', { 'secret.js': 'export const secret = 1' })
  const where = await put('sample', {
    'manifest.json': JSON.stringify(manifest),
    'real.js': 'export const run = 1',
  })
  await symlink(path.join(where, 'real.js'), path.join(where, 'tool.js'))
  expect(await (await open()).loadFolder(where)).toMatchObject({ kind: 'ok' })
  await symlink(path.join(secret, 'secret.js'), path.join(where, 'stolen.js'))
  expect(await (await open()).loadFolder(where)).toMatchObject({
    kind: 'refused',
    person: expect.stringMatching(/leads out/),
  })
})

test('a package that is too large is refused', async () => {
  const where = await put('sample', {
    'manifest.json': JSON.stringify(manifest),
    'tool.js': 'x'.repeat(4 * 1024 * 1024 + 1),
  })
  expect(await (await open()).loadFolder(where)).toMatchObject({ kind: 'refused', code: 'too-large' })
})

test('a source package runs from its source, with the types blanked out in place', async () => {
  const where = await put('sample', {
    'manifest.json': JSON.stringify(manifest),
    'src/main.ts':
      "import { a } from './a.ts'\nexport function run(input: { x: number }): number { return input.x + a }",
    'src/a.ts': 'export const a: number = 1',
  })
  const loaded = await (await open()).loadFolder(where)
  if (loaded.kind !== 'ok') throw new Error(loaded.person)
  expect(loaded.value.from).toBe('folder')
  expect(loaded.value.manifest.main).toBe('src/main.ts')
  expect(loaded.value.modules['src/a.ts']).toBe('export const a         = 1')
})

test('one file is a tool: its exports are its functions and it declares every capability', async () => {
  await put('.', {
    'Count Words.ts':
      'export async function run(input: { text: string }) { return 1 }\nexport default () => 1\nconst hidden = 1',
  })
  const loaded = await (await open()).loadFolder(path.join(folder, 'Count Words.ts'))
  if (loaded.kind !== 'ok') throw new Error(loaded.person)
  expect(loaded.value.name).toBe('count-words')
  expect(loaded.value.manifest.functions.map(({ name }) => name)).toEqual(['run', 'default'])
  expect(loaded.value.manifest.capabilities).toContain('command.run')
  expect(loaded.value.modules['Count Words.ts']).not.toContain(': {')
})

test('a source map is found where bundlers leave it: beside one file, or inside of a module', async () => {
  const map = '{"version":3,"sources":["main.ts"],"mappings":"AAAA"}'
  const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`
  const code = 'export const run = () => 1'
  const where = await put('.', {
    'beside.js': code,
    'beside.js.map': map,
    'inside.js': `${code}\n${inline}\n`,
    'broken.js': `${code}\n//# sourceMappingURL=data:application/json;base64,####\n`,
    'package/manifest.json': JSON.stringify(manifest),
    'package/tool.js': `${code}\n${inline}`,
  })
  const catalog = await open()
  const mapsOf = async (name: string) => {
    const loaded = await catalog.loadFolder(path.join(where, name))
    return loaded.kind === 'ok' ? loaded.value.maps : loaded.person
  }
  expect(await mapsOf('beside.js')).toEqual({ 'beside.js': map })
  expect(await mapsOf('inside.js')).toEqual({ 'inside.js': map })
  expect(await mapsOf('package')).toEqual({ 'tool.js': map })
  expect(await mapsOf('broken.js')).toEqual({})
})

test('a package’s maps have their limit together, as its modules have', async () => {
  const where = await put('sample', {
    'manifest.json': JSON.stringify(manifest),
    'tool.js': 'export const run = () => 1',
    ...Object.fromEntries(Array.from({ length: 3 }, (_, n) => [`${n}.js.map`, ' '.repeat(6 * 1024 * 1024)])),
  })
  expect(await (await open()).loadFolder(where)).toMatchObject({ kind: 'refused', code: 'too-large' })
})

test('one file with a manifest beside it takes that', async () => {
  await put('.', {
    'one.mjs': 'export const run = () => 1',
    'one.mjs.manifest.json': JSON.stringify(manifest),
  })
  const loaded = await (await open()).loadFolder(path.join(folder, 'one.mjs'))
  expect(loaded).toMatchObject({
    kind: 'ok',
    value: { name: 'sample', manifest: { capabilities: ['fs.read'], main: 'one.mjs' } },
  })
})

test.each([
  ['text.txt', 'hello', /no tool/],
  ['empty.js', 'const a = 1', /exports no function/],
  ['broken.ts', 'export function (', /types|ES module/],
  ['gone.js', null, /isn’t there/],
])('%s is refused with what to do', async (name, text, words) => {
  if (text !== null) await put('.', { [name]: text })
  const loaded = await (await open()).loadFolder(path.join(folder, name))
  if (loaded.kind === 'ok') throw new Error('loaded')
  expect(loaded.person).toMatch(words)
})
