// `npm run package`: the installable app in release/. On Linux a folder and a .deb.
//
//   npm run package                  for this machine; development quality where Electron is the stand-in
//   npm run package -- --quick       the .deb is compressed fast instead of small
//   npm run package -- --release     refuses the stand-in Electron, uses the real fpm
import { existsSync } from 'node:fs'
import { chmod, copyFile, cp, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { findElectron } from './electron-runtime.mjs'
import { inRoot, pinnedEnvironment, pinnedNode, readJson, root } from './project.mjs'
import { runBuild } from './run-build.mjs'
import { runCommand } from './run-command.mjs'
import { fail, PlainError, say, step } from './say.mjs'
import { setUp } from './set-up.mjs'

const MINUTE = 60_000
const release = process.argv.includes('--release')
const quick = process.argv.includes('--quick')
// The second half runs on the pinned Node, whatever started the first.
const onPinnedNode = process.argv.includes('--on-pinned-node')

async function stageApp() {
  const { stage } = await import('../build/electron-builder.config.mjs')
  const dist = (...parts) => inRoot('dist', ...parts)
  const app = (...parts) => path.join(stage, 'app', ...parts)
  const beside = (...parts) => path.join(stage, 'resources', ...parts)
  const withoutMaps = { recursive: true, filter: (file) => !file.endsWith('.map') }
  await rm(stage, { recursive: true, force: true })
  for (const part of ['electron', 'renderer']) await cp(dist(part), app('dist', part), withoutMaps)
  for (const part of ['broker', 'sandbox', 'cli']) await cp(dist(part), beside('dist', part), withoutMaps)
  // A tool's source map turns positions in its errors into lines of its source: that stays.
  await cp(dist('tools'), beside('dist', 'tools'), { recursive: true })
  await writeFile(app('package.json'), JSON.stringify(aboutApp(), null, 2))
  const { name, version, type } = aboutApp()
  await writeFile(beside('package.json'), JSON.stringify({ name, version, type }))
  await stageNode(beside)
  const { thirdPartyNotices } = await import('./third-party-notices.mjs')
  await writeFile(beside('THIRD-PARTY-NOTICES.txt'), thirdPartyNotices())
  await copyFile(inRoot('LICENSE'), beside('LICENSE'))
}

// What Electron and electron-builder read; no dependencies, because everything is bundled.
function aboutApp() {
  const { name, productName, version, description, license, type, main, homepage, author } = readJson(
    inRoot('package.json'),
  )
  return { name, productName, version, description, license, type, main, homepage, author }
}

async function stageNode(beside) {
  const file = beside('runtime', process.platform === 'win32' ? 'node.exe' : 'node')
  await mkdir(beside('runtime'), { recursive: true })
  await mkdir(beside('bin'), { recursive: true })
  await copyFile(pinnedNode(), file)
  await chmod(file, 0o755)
  const starter = process.platform === 'win32' ? 'sallyport.cmd' : 'sallyport'
  await copyFile(inRoot('build', 'bin', starter), beside('bin', starter))
  await chmod(beside('bin', starter), 0o755)
  // Debugging symbols are a fifth of the binary.
  if (process.platform === 'linux') await runCommand('strip', [file], { limitMs: MINUTE })
}

async function runBuilder() {
  const { build, Platform } = await import('electron-builder')
  const { default: config } = await import('../build/electron-builder.config.mjs')
  const electron = findElectron()
  const chosen = {
    ...config,
    electronVersion: electron.version,
    ...(electron.packing ? { electronDist: electron.packing } : {}),
    deb: { ...config.deb, compression: quick ? 'gz' : 'xz' },
  }
  if (!release && process.platform === 'linux')
    process.env.CUSTOM_FPM_PATH ??= inRoot('scripts', 'make-deb.mjs')
  const files = await build({ targets: Platform.current().createTarget(), config: chosen, projectDir: root })
  for (const file of files) say(path.relative(root, file))
}

async function packageApp() {
  await setUp()
  if (release && findElectron().kind === 'fallback') {
    throw new PlainError("A release needs the official Electron, and its download can't be reached here.")
  }
  await step('Building', runBuild)
  await step('Packaging', async () => {
    const words = [fileURLToPath(import.meta.url), '--on-pinned-node', ...process.argv.slice(2)]
    const { code, output, timedOut } = await runCommand(pinnedNode(), words, {
      cwd: root,
      env: pinnedEnvironment(),
      limitMs: 20 * MINUTE,
    })
    if (code !== 0 || timedOut) throw new PlainError(output.trim())
    return output
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('release'))
      .join(', ')
  })
  if (findElectron().kind === 'fallback') {
    say('  This package holds the stand-in Electron: for tests on this machine, not to be given to anyone.')
  }
}

if (onPinnedNode) {
  try {
    if (!existsSync(inRoot('dist', 'electron', 'main.cjs')))
      throw new PlainError('There is no build to package.')
    await stageApp()
    await runBuilder()
  } catch (error) {
    fail(error)
  }
} else await packageApp().catch(fail)
