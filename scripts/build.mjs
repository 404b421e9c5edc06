// Builds dist/: one file for each process, the tools we ship, the pages. Parts whose inputs have not changed are left
// alone. `--allow-missing` skips parts that have no entry file yet.
//
//   broker/main.ts            → dist/broker/main.js      (+ native/, vendor/)
//   broker/**/*.child.ts      → dist/broker/*.child.js   (programs that the broker starts; also *.worker.ts)
//   sandbox/main.ts           → dist/sandbox/main.cjs    (+ native/, guest.js: what runs inside the isolate)
//   cli/main.ts               → dist/cli/main.js
//   electron/main.ts          → dist/electron/main.cjs   (+ shell.cjs: what comes after the first paint)
//   electron/preload/*.ts     → dist/electron/preload/*.cjs
//   build/tray, build/icons   → dist/electron/icons/{running,asking,paused,stopped}.png (22 px, @2x), app.png
//   tools/<name>/src/main.ts  → dist/tools/<name>/tool.js, tool.js.map, manifest.json
//   renderer/                 → dist/renderer/
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, copyFile, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { bundleGuest, bundleNode, bundlePreload, bundleSandbox, bundleShell, bundleTool } from './bundle.mjs'
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
  const results = await makeAll(changed)
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

// Each part is made in a folder of its own, as deep as dist/ (source maps are relative), and takes its place when it is
// whole: a running app, or a build at the same time, never sees half of it.
async function makeAll(parts) {
  const making = inRoot(`.building-${process.pid}`)
  try {
    return await Promise.allSettled(
      parts.map(async ({ folder, make }) => {
        const made = path.join(making, folder)
        await mkdir(made, { recursive: true })
        await make(made)
        await mkdir(path.dirname(dist(folder)), { recursive: true })
        await rm(dist(folder), { recursive: true, force: true })
        await rename(made, dist(folder))
      }),
    )
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

// The bundlers describe their own errors; a stack of theirs says nothing about our code.
const describeFailure = (error) => stripVTControlCharacters(String(error?.message ?? error)).trim()

async function listParts() {
  const tools = await listTools()
  return [
    {
      name: 'broker',
      folder: 'broker',
      entry: ['broker/main.ts'],
      inputs: ['broker', 'contract'],
      outputs: ['broker/main.js', 'broker/native'],
      make: makeBroker,
    },
    {
      name: 'sandbox',
      folder: 'sandbox',
      entry: ['sandbox/main.ts'],
      inputs: ['sandbox', 'contract'],
      outputs: ['sandbox/main.cjs', 'sandbox/guest.js', 'sandbox/native'],
      make: makeSandbox,
    },
    {
      name: 'cli',
      folder: 'cli',
      entry: ['cli/main.ts'],
      inputs: ['cli', 'parents', 'contract'],
      outputs: ['cli/main.js'],
      make: makeCli,
    },
    {
      name: 'electron',
      folder: 'electron',
      entry: ['electron/main.ts'],
      inputs: ['electron', 'parents', 'contract', 'build/icons', 'build/tray'],
      outputs: ['electron/main.cjs', 'electron/shell.cjs'],
      make: makeElectron,
    },
    {
      name: 'renderer',
      folder: 'renderer',
      entry: ['renderer/index.html', 'renderer/consent-window/index.html'],
      inputs: ['renderer', 'contract'],
      outputs: ['renderer/index.html', 'renderer/consent-window/index.html'],
      make: makePages,
    },
    ...tools.map((name) => ({
      name: `tool ${name}`,
      folder: `tools/${name}`,
      entry: [`tools/${name}/manifest.json`, `tools/${name}/src/main.ts`],
      inputs: [`tools/${name}`],
      outputs: [`tools/${name}/tool.js`, `tools/${name}/manifest.json`],
      make: (folder) => makeTool(name, folder),
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

async function makeBroker(folder) {
  const programs = (await listFiles('broker')).filter((file) => /\.(child|worker)\.ts$/.test(file))
  const entries = { main: 'broker/main.ts' }
  for (const file of programs) entries[path.basename(file, '.ts')] = file
  await bundleNode(entries, folder, { split: true })
  await copyNatives('broker', folder)
}

async function makeSandbox(folder) {
  await bundleSandbox(folder)
  await bundleGuest(path.join(folder, 'guest.js'))
  await copyNatives('sandbox', folder)
}

async function makeCli(folder) {
  await bundleNode({ main: 'cli/main.ts' }, folder, { shebang: true })
  await chmod(path.join(folder, 'main.js'), 0o755)
}

async function makeElectron(folder) {
  const preloads = (await listFiles('electron/preload')).filter((file) => !file.endsWith('.test.ts'))
  await Promise.all([
    bundleShell({ main: 'electron/main.ts', shell: 'electron/shell.ts' }, folder),
    ...preloads.map((file) =>
      bundlePreload(file, path.join(folder, 'preload', `${path.basename(file, '.ts')}.cjs`)),
    ),
  ])
  await cp(inRoot('build', 'tray'), path.join(folder, 'icons'), { recursive: true })
  await copyFile(inRoot('build', 'icons', '256x256.png'), path.join(folder, 'icons', 'app.png'))
}

async function makeTool(name, folder) {
  await bundleTool(`tools/${name}/src/main.ts`, path.join(folder, 'tool.js'))
  await copyFile(inRoot('tools', name, 'manifest.json'), path.join(folder, 'manifest.json'))
}

async function makePages(folder) {
  const { build: buildPages } = await import('vite')
  await buildPages({ configFile: inRoot('vite.config.ts'), logLevel: 'silent', build: { outDir: folder } })
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
