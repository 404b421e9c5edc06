// The licences of the packages that are bundled into the app, in one text.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { walls } from '../build/import-table.mjs'
import { inRoot, readJson } from './project.mjs'

/** Package folders from which something is bundled: our dependencies, those of the pages, and theirs. */
export function bundledPackages() {
  const { dependencies } = readJson(inRoot('package.json'))
  const ofPages = walls.find(({ where }) => where === '^renderer/').packages
  const found = new Map()
  const visit = (name, from) => {
    const folder = resolveFolder(name, from)
    if (!folder || found.has(folder)) return
    const about = readJson(path.join(folder, 'package.json'))
    found.set(folder, about)
    for (const next of Object.keys(about.dependencies ?? {})) visit(next, folder)
  }
  for (const name of [...Object.keys(dependencies), ...ofPages]) visit(name, inRoot())
  return [...found].map(([folder, about]) => ({ folder, about }))
}

// As Node does: node_modules of the folder, then of those above it.
function resolveFolder(name, from) {
  for (let at = from; at.startsWith(inRoot()); at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name)
    if (existsSync(path.join(folder, 'package.json'))) return folder
  }
  return undefined
}

export function thirdPartyNotices() {
  const parts = bundledPackages()
    .sort((a, b) => a.about.name.localeCompare(b.about.name))
    .map(({ folder, about }) => {
      const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.|$)/i.test(name))
      const text = file ? readFileSync(path.join(folder, file), 'utf8').trim() : `Licence: ${about.license}`
      return `${about.name} ${about.version} (${about.license})\n\n${text}`
    })
  const line = `\n\n${'-'.repeat(80)}\n\n`
  return `Sallyport contains these packages. Electron and Chromium have their notices beside the program.${line}${parts.join(line)}\n`
}
