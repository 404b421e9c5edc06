/**
 * Reads a tool package from a folder: manifest.json and its modules, whole. Nothing of it runs here, and nothing is
 * read again later: what was hashed is what runs.
 */
import { readdir, realpath } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Manifest } from '../../contract/manifest.ts'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { InstalledTool } from '../ports.ts'
import { hashPackage } from './hash-package.ts'
import { PACKAGE_LIMITS } from './package-limits.ts'
import { inlineMap, MODULE_FILE, readInside, toJavaScript } from './read-module.ts'
import { schemaFault } from './schema-fault.ts'

type From = InstalledTool['from']
type Sources = Pick<InstalledTool, 'modules' | 'maps'>

/** Fails with what is wrong with the package; never throws for a package's own faults. */
export async function readPackage(folder: string, from: From): Promise<Outcome<InstalledTool>> {
  try {
    const root = await realpath(folder)
    const text = await readInside(root, path.join(root, 'manifest.json'), PACKAGE_LIMITS.manifest)
    if (text.kind !== 'ok') return text
    const manifest = parseManifest(text.value, path.join(folder, 'manifest.json'))
    if (manifest.kind !== 'ok') return manifest
    const sources = await readSources(root)
    if (sources.kind !== 'ok') return sources
    return assemble(manifest.value, sources.value, from, folder)
  } catch (error) {
    return failed(
      'io',
      `The tool in ${folder} can’t be read: ${error instanceof Error ? error.message : error}`,
    )
  }
}

/** Parses a manifest; `file` is for the words of a fault. */
export function parseManifest(text: string, file: string): Outcome<Manifest> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return refused(
      'invalid-request',
      `${file} is not JSON: ${error instanceof Error ? error.message : error}`,
    )
  }
  const parsed = Manifest.safeParse(value)
  if (parsed.success) return ok(parsed.data)
  const issue = parsed.error.issues[0]
  const place = issue?.path.length ? ` at “${issue.path.join('.')}”` : ''
  return refused(
    'invalid-request',
    `${file} is not a tool’s manifest${place}: ${issue?.message ?? 'not valid'}.`,
  )
}

/** Joins manifest and modules into a tool; the main module must be there. */
export function assemble(
  manifest: Manifest,
  { modules, maps }: Sources,
  from: From,
  where: string,
): Outcome<InstalledTool> {
  const main = findMain(manifest.main, modules)
  if (!main) return failed('not-found', `The tool in ${where} has no ${manifest.main}. Build it first.`)
  const unreadable = manifest.functions.find(({ input }) => !isSchema(input))
  if (unreadable)
    return refused(
      'invalid-request',
      `The input of ${unreadable.name} in ${where} is no JSON Schema that can be checked.`,
    )
  for (const { name, input } of manifest.functions) {
    const fault = schemaFault(input)
    if (fault)
      return refused(
        'invalid-request',
        `The input of ${name} in ${where} says more than would be checked. At ${fault}.`.slice(0, 1000),
      )
  }
  const inline = Object.entries(modules).flatMap(([name, code]) => {
    const map = Object.hasOwn(maps, name) ? null : inlineMap(code)
    return map === null ? [] : [[name, map] as const]
  })
  const whole = { ...manifest, main }
  const { name, version, title, summary } = whole
  const hash = hashPackage(whole, modules)
  return ok({
    ...{ name, version, hash, title, summary, from, manifest: whole, modules },
    maps: { ...maps, ...Object.fromEntries(inline) },
  })
}

/** The gate checks every input against it, so a schema that it can't read is no schema. */
function isSchema(input: Manifest['functions'][number]['input']): boolean {
  try {
    z.fromJSONSchema(input as Parameters<typeof z.fromJSONSchema>[0])
    return true
  } catch {
    return false
  }
}

/** Source packages that aren't bundled yet run from their source. */
function findMain(main: string, modules: Record<string, string>): string | undefined {
  return [main, 'src/main.ts', 'src/main.js', 'src/main.mjs'].find((name) => Object.hasOwn(modules, name))
}

async function readSources(root: string): Promise<Outcome<Sources>> {
  const modules: Record<string, string> = {}
  const maps: Record<string, string> = {}
  let [total, mapped] = [0, 0]
  const files = await listFiles(root, '', 0)
  if (files.length > PACKAGE_LIMITS.files)
    return refused('too-large', `A tool has at most ${PACKAGE_LIMITS.files} files; ${root} has more.`)
  for (const name of files) {
    const isMap = name.endsWith('.map')
    const limit = isMap ? PACKAGE_LIMITS.map : PACKAGE_LIMITS.module
    const text = await readInside(root, path.join(root, name), limit)
    if (text.kind !== 'ok') return text
    if (isMap) {
      maps[name.slice(0, -'.map'.length)] = text.value
      mapped += text.value.length
      if (mapped > PACKAGE_LIMITS.maps)
        return refused(
          'too-large',
          `The source maps of ${root} are larger than ${PACKAGE_LIMITS.maps} bytes together.`,
        )
      continue
    }
    const code = toJavaScript(name, text.value)
    if (code.kind !== 'ok') return code
    modules[name] = code.value
    total += code.value.length
    if (total > PACKAGE_LIMITS.total)
      return refused(
        'too-large',
        `The modules of ${root} are larger than ${PACKAGE_LIMITS.total} bytes together.`,
      )
  }
  return ok({ modules, maps })
}

/** Names of modules and maps below the folder, `/` between, in a fixed order. Tests and declarations are no modules. */
async function listFiles(root: string, below: string, depth: number): Promise<string[]> {
  if (depth > PACKAGE_LIMITS.depth) return []
  const found: string[] = []
  const entries = await readdir(path.join(root, below), { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    if (entry.isDirectory()) found.push(...(await listFiles(root, name, depth + 1)))
    else if (isModule(entry.name)) found.push(name)
    if (found.length > PACKAGE_LIMITS.files) break
  }
  return found
}

function isModule(name: string): boolean {
  if (/\.(test|spec)\.|\.d\.m?ts$/.test(name)) return false
  return MODULE_FILE.test(name) || /\.m?js\.map$/.test(name)
}
