/**
 * A tool in one file, for `sallyport tool run FILE`: its manifest lies beside it as `FILE.manifest.json`, or is made up:
 * every exported name is a function and every capability is declared, so that the perimeter alone bounds it.
 */
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'es-module-lexer/js'
import { Manifest } from '../../contract/manifest.ts'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import { CAPABILITIES } from '../../contract/words.ts'
import type { InstalledTool } from '../ports.ts'
import { PACKAGE_LIMITS } from './package-limits.ts'
import { MODULE_FILE, readInside, toJavaScript } from './read-module.ts'
import { assemble, parseManifest } from './read-package.ts'

/** Fails with what is wrong with the file; never throws for a file's own faults. */
export async function readSingleFile(file: string): Promise<Outcome<InstalledTool>> {
  if (!MODULE_FILE.test(file))
    return refused(
      'invalid-request',
      `${file} is no tool: a folder with manifest.json, or a .js, .mjs or .ts file.`,
    )
  try {
    const real = await realpath(file)
    const root = path.dirname(real)
    const text = await readInside(root, real, PACKAGE_LIMITS.module)
    if (text.kind !== 'ok') return text
    const code = toJavaScript(real, text.value)
    if (code.kind !== 'ok') return code
    const main = path.basename(real)
    const manifest = await manifestOf(file, main, code.value)
    if (manifest.kind !== 'ok') return manifest
    const map = await readInside(root, `${real}.map`, PACKAGE_LIMITS.map)
    return assemble(
      { ...manifest.value, main },
      { modules: { [main]: code.value }, maps: map.kind === 'ok' ? { [main]: map.value } : {} },
      'folder',
      file,
    )
  } catch (error) {
    return failed('io', `${file} can’t be read: ${error instanceof Error ? error.message : error}`)
  }
}

async function manifestOf(file: string, main: string, code: string): Promise<Outcome<Manifest>> {
  const beside = `${file}.manifest.json`
  const text = await readInside(
    await realpath(path.dirname(file)),
    path.resolve(beside),
    PACKAGE_LIMITS.manifest,
  )
  if (text.kind === 'ok') return parseManifest(text.value, beside)
  if (text.kind === 'refused') return text
  const functions = exportedNames(code)
  if (functions.kind !== 'ok') return functions
  if (functions.value.length === 0)
    return refused(
      'invalid-request',
      `${file} exports no function. A tool is an ES module: export async function run(input) { … }`,
    )
  return ok(
    Manifest.parse({
      manifestVersion: 1,
      name: slugOf(main),
      version: '0.0.0',
      title: main.slice(0, 80),
      summary: 'A tool in one file.',
      main: 'tool.js',
      capabilities: [...CAPABILITIES],
      hosts: ['*'],
      commands: ['*'],
      functions: functions.value.map((name) => ({
        name,
        title: name,
        description: `The exported function ${name}.`,
        input: {},
      })),
    }),
  )
}

/** Names as other modules would import them, in the order of the file; `default` is one. */
function exportedNames(code: string): Outcome<string[]> {
  try {
    const [, found] = parse(code)
    const names = found.map(({ n }) => n ?? '').filter((name) => /^[a-z][A-Za-z0-9_]{0,63}$/.test(name))
    return ok([...new Set(names)].slice(0, 64))
  } catch (error) {
    return refused(
      'invalid-request',
      `The file is no ES module: ${error instanceof Error ? error.message : error}`,
    )
  }
}

function slugOf(file: string): string {
  const slug = path
    .basename(file, path.extname(file))
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
  return slug.slice(0, 64) || 'tool'
}
