// The programs and libraries of the operating system that the tests need: a display, a session bus, a keyring, the
// tools of containment. Root on Debian or Ubuntu gets what is lacking; everyone else gets the one line to run.
import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from './run-command.mjs'
import { PlainError, step } from './say.mjs'

const MINUTE = 60_000
/** So long another program that installs packages is waited for, and so often it is looked whether it is done. */
const LOCK_MS = 3 * MINUTE
const LOCK_LOOK_MS = 3_000

// Newer releases renamed some libraries (…t64); the first name that the system knows is taken.
const debianPackages = [
  ['xvfb'],
  ['xauth'],
  ['dbus'],
  ['gnome-keyring'],
  ['bubblewrap'],
  ['socat'],
  ['ripgrep'],
  ['openbox'],
  ['xdotool'],
  ['libgtk-3-0', 'libgtk-3-0t64'],
  ['libnss3'],
  ['libasound2', 'libasound2t64'],
  ['libgbm1'],
  ['libxss1'],
  ['libxtst6'],
  ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'],
  ['libcups2', 'libcups2t64'],
  ['libdrm2'],
  ['libsecret-1-0'],
  ['libnotify4'],
  ['fonts-dejavu-core'],
]
const programs = [
  'Xvfb',
  'dbus-run-session',
  'gnome-keyring-daemon',
  'bwrap',
  'socat',
  'rg',
  'openbox',
  'xdotool',
]

/** Makes sure that what the tests need is there; throws with the line to run where it can't. */
export async function ensureSystemPackages() {
  if (process.platform !== 'linux') return
  if (!existsSync('/usr/bin/dpkg-query')) return checkPrograms()
  const lacking = await lackingPackages()
  if (lacking.length === 0) return
  if (process.getuid() !== 0) {
    const names = await Promise.all(lacking.map(firstKnown))
    throw new PlainError(
      `The tests need ${names.length} system packages that are not there. Run this line, then npm test again:\n` +
        `  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(' ')}`,
    )
  }
  await step(`Installing ${lacking.length} system packages`, () => install(lacking))
}

function checkPrograms() {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const lacking = programs.filter((name) => !folders.some((folder) => existsSync(path.join(folder, name))))
  if (lacking.length === 0) return
  throw new PlainError(
    `The tests need these programs, and the libraries of GTK 3: ${lacking.join(', ')}.\n` +
      'Install them with the package manager of this system, then run npm test again.',
  )
}

async function lackingPackages() {
  const { stdout } = await runCommand(
    'dpkg-query',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are dpkg's
    ['-W', '-f', '${binary:Package} ${db:Status-Status}\\n', ...debianPackages.flat()],
    { limitMs: MINUTE },
  )
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0].split(':')[0]),
  )
  return debianPackages.filter((names) => !names.some((name) => installed.has(name)))
}

async function firstKnown(names) {
  for (const name of names) {
    const { stdout } = await runCommand('apt-cache', ['policy', name], { limitMs: MINUTE })
    if (/Candidate: (?!\(none\))\S/.test(stdout)) return name
  }
  return names.at(-1)
}

async function install(lacking) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = async (...args) => {
    const until = Date.now() + LOCK_MS
    let { code, output } = await runCommand('apt-get', args, { env, limitMs: 15 * MINUTE })
    // A machine that has just started often looks for updates by itself, and only one may at a time.
    while (code !== 0 && /Could not get lock|Unable to lock/.test(output) && Date.now() < until) {
      await sleep(LOCK_LOOK_MS)
      ;({ code, output } = await runCommand('apt-get', args, { env, limitMs: 15 * MINUTE }))
    }
    if (code !== 0) throw new PlainError(`apt-get ${args[0]} failed:\n${output.trim()}`)
  }
  await apt('update', '-q')
  const names = await Promise.all(lacking.map(firstKnown))
  await apt('install', '-q', '-y', '--no-install-recommends', ...names)
  return names.join(' ')
}
