// `npm start`: from a fresh clone to the open window. Needs Node ≥ 20, nothing installed. Without a display, or with
// `-- --headless`, the broker runs without a window and the guided tour plays in the terminal.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { findElectron } from './electron-runtime.mjs'
import { inRoot, pinnedEnvironment, pinnedNode, root } from './project.mjs'
import { runBuild } from './run-build.mjs'
import { fail, say, step } from './say.mjs'
import { setUp } from './set-up.mjs'

const asked = process.argv.slice(2)
const headless = asked.includes('--headless')
const rest = asked.filter((word) => word !== '--headless')

const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

async function prepare() {
  await setUp()
  await step('Building', runBuild)
}

function playTourInTerminal() {
  say('The guided tour plays here in the terminal.')
  run(pinnedNode(), [inRoot('dist', 'cli', 'main.js'), 'tour', ...rest], () => {
    if (hasDisplay()) return say('To open the window: npm start')
    say('To open the window: run `npm start` in a desktop session, or under `xvfb-run` or `ssh -X`.')
  })
}

function openWindow() {
  const electron = findElectron()
  say(`Opening Sallyport (Electron ${electron.version}). Close it with Ctrl+C or from its tray icon.`)
  const why = whyNoChromiumSandbox(electron)
  if (why) say(`  ${why}`)
  run(electron.binary, [...(why ? ['--no-sandbox'] : []), root, ...rest])
}

// Says why Chromium can't build its own sandbox round the pages here; undefined when it can.
function whyNoChromiumSandbox({ development }) {
  if (process.platform !== 'linux') return undefined
  if (process.getuid() === 0)
    return "You are root, and Chromium's own sandbox does not run as root: the pages run without it."
  const helper = path.join(development, 'chrome-sandbox')
  if (existsSync(helper) && statSync(helper).uid === 0 && statSync(helper).mode & 0o4000) return undefined
  if (!userNamespacesAreOff()) return undefined
  return (
    "This system does not let a program outside /usr build Chromium's sandbox, so the pages run without it; " +
    `the packaged app has it. To have it here: sudo chown root ${helper} && sudo chmod 4755 ${helper}`
  )
}

function userNamespacesAreOff() {
  const read = (name) => {
    try {
      return readFileSync(`/proc/sys/${name}`, 'utf8').trim()
    } catch {
      return undefined
    }
  }
  return (
    read('kernel/apparmor_restrict_unprivileged_userns') === '1' ||
    read('kernel/unprivileged_userns_clone') === '0'
  )
}

function run(program, args, after = () => {}) {
  const child = spawn(program, args, {
    cwd: root,
    env: pinnedEnvironment({ SALLYPORT_NODE: pinnedNode() }),
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', fail)
  child.on('exit', (code, signal) => {
    after()
    process.exit(code ?? (signal ? 130 : 1))
  })
}

try {
  await prepare()
  if (headless || !hasDisplay()) playTourInTerminal()
  else openWindow()
} catch (error) {
  fail(error)
}
