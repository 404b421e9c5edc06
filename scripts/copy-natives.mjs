// Puts the native files that a bundle needs beside it: the one build of each addon that fits this machine.
import { existsSync, readdirSync } from 'node:fs'
import { copyFile, cp, mkdir } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { inRoot } from './project.mjs'
import { PlainError } from './say.mjs'

// The ABI of the pinned Node's major release (process.versions.modules on it).
const NODE_26_ABI = 147

const machine = `${process.platform}-${process.arch}`
const isMusl = () =>
  process.platform === 'linux' &&
  existsSync('/lib') &&
  readdirSync('/lib').some((name) => name.startsWith('ld-musl'))

function isolatedVmFile() {
  const libc = process.platform !== 'linux' ? '' : isMusl() ? '.musl' : '.glibc'
  return inRoot('node_modules/isolated-vm/prebuilds', machine, `isolated-vm.abi${NODE_26_ABI}${libc}.node`)
}

function keytarFile() {
  const folder = isMusl() ? machine.replace('linux', 'linuxmusl') : machine
  return inRoot('node_modules/keytar/prebuilds', folder, 'keytar.node')
}

async function place(file, target) {
  if (!existsSync(file)) throw new PlainError(`There is no native build for ${machine}: ${file}`)
  await mkdir(path.dirname(target), { recursive: true })
  await copyFile(file, target)
}

/**
 * @param {'broker' | 'sandbox'} part
 * @param {string} folder where its bundle lies
 */
export async function copyNatives(part, folder) {
  if (part === 'sandbox') return place(isolatedVmFile(), path.join(folder, 'native', 'isolated_vm.node'))
  await place(keytarFile(), path.join(folder, 'native', 'keytar.node'))
  // sandbox-runtime looks for its own helpers in vendor/ beside the bundle.
  const vendor = inRoot('node_modules/@anthropic-ai/sandbox-runtime/vendor')
  const wanted = [`seccomp/${process.arch}`, 'java-proxy-agent/srt-proxy-agent.jar']
  if (process.platform === 'win32') wanted.push(`srt-win/${process.arch}`)
  for (const name of wanted) {
    if (!existsSync(path.join(vendor, name))) continue
    await cp(path.join(vendor, name), path.join(folder, 'vendor', name), { recursive: true })
  }
}
