// Builds dist/: one file for each process, the tools we ship, the pages. Parts whose inputs have not changed are left
// alone. `--allow-missing` skips parts that have no entry file yet.
//
//   broker/main.ts            → dist/broker/main.js      (+ native/, vendor/)
//   broker/**/*.child.ts      → dist/broker/*.child.js   (programs that the broker starts; also *.worker.ts)
//   sandbox/main.ts           → dist/sandbox/main.js     (+ native/, guest.js: what runs inside the isolate)
//   cli/main.ts               → dist/cli/main.js
//   electron/main.ts          → dist/electron/main.cjs
//   electron/preload/*.ts     → dist/electron/preload/*.cjs
//   build/tray, build/icons   → dist/electron/icons/{running,asking,paused,stopped}.png (22 px, @2x), app.png
//   tools/<name>/src/main.ts  → dist/tools/<name>/tool.js, tool.js.map, manifest.json
//   renderer/                 → dist/renderer/
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { bundleGuest, bundleNode, bundlePreload, bundleShell, bundleTool } from './bundle.mjs'
import { copyNatives } from './copy-natives.mjs'
import { inRoot, root } from './project.mjs'
import { fail, PlainError, say, seconds } from './say.mjs'

const dist = (...parts) => inRoot('dist', ...parts)
const stampFile = dist('.built.json')

/**
 * @param {{allowMissing?: boolean}} [options]
 * @returns {Promise<string>} what was built, in a few words
 */
export async function build({ allowMissing = false } = {}) {
  const stamps = await readStamps()
  const parts = (await listParts()).filter((part) => {
    if (part.entry.every((file) => existsSync(inRoot(file)))) return true
    const missing = part.entry.find((file) => !existsSync(inRoot(file)))
    if (!allowMissing) throw new PlainError(`Can't build ${part.name}: ${missing} is not there.`)
    say(`  skipped ${part.name}: ${missing} is not there yet`)
    return false
  })
  const common = await stampOf(['scripts', 'package-lock.json', 'vite.config.ts', 'tsconfig.base.json'])
  const changed = []
  for (const part of parts) {
    part.stamp = `${common}-${await stampOf(part.inputs)}`
    const made = part.outputs.every((file) => existsSync(dist(file)))
    if (!made || stamps[part.name] !== part.stamp) changed.push(part)
  }
  if (changed.length === 0) return 'nothing changed'
  // A part that fails doesn't keep the others from being built.
  const results = await Promise.allSettled(changed.map((part) => part.make()))
  for (const [index, part] of changed.entries()) {
    if (results[index].status === 'fulfilled') stamps[part.name] = part.stamp
    else delete stamps[part.name]
  }
  await mkdir(dist(), { recursive: true })
  await writeFile(stampFile, JSON.stringify(stamps, null, 2))
  const failures = changed.flatMap(({ name }, index) =>
    results[index].status === 'rejected' ? [`${name}: ${describeFailure(results[index].reason)}`] : [],
  )
  if (failures.length > 0) throw new PlainError(`Not everything could be built.\n${failures.join('\n')}`)
  return changed.map((part) => part.name).join(', ')
}

// The bundlers describe their own errors; a stack of theirs says nothing about our code.
const describeFailure = (error) => stripVTControlCharacters(String(error?.message ?? error)).trim()

async function listParts() {
  const tools = await listTools()
  return [
    {
      name: 'broker',
      entry: ['broker/main.ts'],
      inputs: ['broker', 'contract'],
      outputs: ['broker/main.js', 'broker/native'],
      make: makeBroker,
    },
    {
      name: 'sandbox',
      entry: ['sandbox/main.ts'],
      inputs: ['sandbox', 'contract'],
      outputs: ['sandbox/main.js', 'sandbox/guest.js', 'sandbox/native'],
      make: makeSandbox,
    },
    {
      name: 'cli',
      entry: ['cli/main.ts'],
      inputs: ['cli', 'contract'],
      outputs: ['cli/main.js'],
      make: makeCli,
    },
    {
      name: 'electron',
      entry: ['electron/main.ts'],
      inputs: ['electron', 'contract', 'build/icons', 'build/tray'],
      outputs: ['electron/main.cjs'],
      make: makeElectron,
    },
    {
      name: 'renderer',
      entry: ['renderer/index.html', 'renderer/consent-window/index.html'],
      inputs: ['renderer', 'contract'],
      outputs: ['renderer/index.html', 'renderer/consent-window/index.html'],
      make: makePages,
    },
    ...tools.map((name) => ({
      name: `tool ${name}`,
      entry: [`tools/${name}/manifest.json`, `tools/${name}/src/main.ts`],
      inputs: [`tools/${name}`],
      outputs: [`tools/${name}/tool.js`, `tools/${name}/manifest.json`],
      make: () => makeTool(name),
    })),
  ]
}

async function listTools() {
  if (!existsSync(inRoot('tools'))) return []
  const found = await readdir(inRoot('tools'), { withFileTypes: true })
  return found
    .filter((entry) => entry.isDirectory() && existsSync(inRoot('tools', entry.name, 'manifest.json')))
    .map((entry) => entry.name)
}

async function makeBroker() {
  await rm(dist('broker'), { recursive: true, force: true })
  const programs = (await listFiles('broker')).filter((file) => /\.(child|worker)\.ts$/.test(file))
  const entries = { main: 'broker/main.ts' }
  for (const file of programs) entries[path.basename(file, '.ts')] = file
  await bundleNode(entries, dist('broker'))
  await copyNatives('broker', dist('broker'))
}

async function makeSandbox() {
  await rm(dist('sandbox'), { recursive: true, force: true })
  await bundleNode({ main: 'sandbox/main.ts' }, dist('sandbox'))
  await bundleGuest(dist('sandbox', 'guest.js'))
  await copyNatives('sandbox', dist('sandbox'))
}

async function makeCli() {
  await bundleNode({ main: 'cli/main.ts' }, dist('cli'), { shebang: true })
  await chmod(dist('cli', 'main.js'), 0o755)
}

async function makeElectron() {
  await rm(dist('electron'), { recursive: true, force: true })
  const preloads = (await listFiles('electron/preload')).filter((file) => !file.endsWith('.test.ts'))
  await Promise.all([
    bundleShell('electron/main.ts', dist('electron', 'main.cjs')),
    ...preloads.map((file) =>
      bundlePreload(file, dist('electron', 'preload', `${path.basename(file, '.ts')}.cjs`)),
    ),
  ])
  await cp(inRoot('build', 'tray'), dist('electron', 'icons'), { recursive: true })
  await copyFile(inRoot('build', 'icons', '256x256.png'), dist('electron', 'icons', 'app.png'))
}

async function makeTool(name) {
  await rm(dist('tools', name), { recursive: true, force: true })
  await bundleTool(`tools/${name}/src/main.ts`, dist('tools', name, 'tool.js'))
  await copyFile(inRoot('tools', name, 'manifest.json'), dist('tools', name, 'manifest.json'))
}

async function makePages() {
  const { build: buildPages } = await import('vite')
  await buildPages({ configFile: inRoot('vite.config.ts'), logLevel: 'silent' })
}

async function readStamps() {
  try {
    return JSON.parse(await readFile(stampFile, 'utf8'))
  } catch {
    return {}
  }
}

// Size and time of each input file: enough to notice an edit, and cheap.
async function stampOf(inputs) {
  const hash = createHash('sha256')
  for (const input of inputs) {
    for (const file of await listFiles(input)) {
      const { size, mtimeMs } = await stat(inRoot(file))
      hash.update(`${file} ${size} ${mtimeMs}\n`)
    }
  }
  return hash.digest('hex').slice(0, 16)
}

// All files under a path of the repository, in a fixed order; the path itself when it is a file.
async function listFiles(where) {
  if (!existsSync(inRoot(where))) return []
  if ((await stat(inRoot(where))).isFile()) return [where]
  const entries = await readdir(inRoot(where), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort()
}

if (!process.stdout.isTTY) process.env.NO_COLOR ??= '1'
if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const start = performance.now()
  await build({ allowMissing: process.argv.includes('--allow-missing') }).then(
    (what) => say(`✓ Built: ${what} (${seconds(performance.now() - start)})`),
    fail,
  )
}
