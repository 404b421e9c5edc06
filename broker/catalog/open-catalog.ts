/** The installed tools: loaded whole when the broker starts, looked up by name, never read from the disk again. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Outcome } from '../../contract/outcome.ts'
import { failed } from '../../contract/outcome.ts'
import type { Catalog, InstalledTool } from '../ports.ts'
import { readPackage } from './read-package.ts'
import { readSingleFile } from './read-single-file.ts'

export interface OpenCatalog extends Catalog {
  /** Packages that could not be loaded, in words. */
  faults(): { folder: string; text: string }[]
  /** A tool of a folder or of one file, not added to the catalog. */
  loadFolder(where: string): Promise<Outcome<InstalledTool>>
}
export interface CatalogOptions {
  /** Folders whose subfolders are packages. Of two with one name the first counts. A missing folder holds none. */
  folders: { path: string; from: InstalledTool['from'] }[]
}

export async function openCatalog({ folders }: CatalogOptions): Promise<OpenCatalog> {
  const tools = new Map<string, InstalledTool>()
  const faults: { folder: string; text: string }[] = []
  for (const { path: parent, from } of folders) {
    const packages = await listPackages(parent)
    const read = await Promise.all(packages.map((folder) => readPackage(folder, from)))
    for (const [index, outcome] of read.entries()) {
      const folder = packages[index] ?? parent
      if (outcome.kind !== 'ok') faults.push({ folder, text: outcome.person })
      else if (tools.has(outcome.value.name))
        faults.push({
          folder,
          text: `There is a tool named ${outcome.value.name} already; this one is left out.`,
        })
      else tools.set(outcome.value.name, outcome.value)
    }
  }
  return {
    list: () => [...tools.values()],
    get: (name) => tools.get(name) ?? null,
    faults: () => faults,
    loadFolder,
  }
}

async function loadFolder(where: string): Promise<Outcome<InstalledTool>> {
  try {
    return (await stat(where)).isDirectory()
      ? await readPackage(where, 'folder')
      : await readSingleFile(where)
  } catch {
    return failed('not-found', `${where} isn’t there, or can’t be read.`)
  }
}

async function listPackages(parent: string): Promise<string[]> {
  try {
    const entries = await readdir(parent, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => path.join(parent, entry.name))
      .sort()
  } catch {
    return []
  }
}
