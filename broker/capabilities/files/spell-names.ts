/**
 * On some disks `Notes.md` and `notes.md` are one file (FAT, NTFS, many network shares, folders with casefold, macOS),
 * or a letter with an accent has two spellings. A rule about `.ssh` must then hold for `.SSH` too, so the canonical
 * path carries names as the folder lists them. Whether a folder tells case apart is tried once and remembered for a
 * while: a path in a known folder costs one look into a map.
 */
import fs from 'node:fs'

export interface NameSpelling {
  /** @param path absolute, of something that exists, without links. */
  canonical(path: string): string
}

/** What the spelling needs of a disk; given by tests that play another one. */
export interface NameDisk {
  /** Null when there is nothing. */
  identity(path: string): string | null
  names(folder: string): string[]
}

const KEEP_MS = 10_000
const KEEP_FOLDERS = 4096

export function createNameSpelling(now: () => number, disk: NameDisk = realDisk): NameSpelling {
  /** Folders that tell every spelling apart, with all above them. */
  const exact = new Set<string>()
  let since = now()

  function canonical(path: string): string {
    const cut = path.lastIndexOf('/')
    if (now() - since > KEEP_MS || exact.size > KEEP_FOLDERS) forget()
    return exact.has(path.slice(0, cut)) ? path : walk(path)
  }

  function walk(path: string): string {
    let folder = ''
    for (const name of path.split('/').slice(1)) {
      if (exact.has(folder)) {
        folder = `${folder}/${name}`
        continue
      }
      const { spelled, apart } = spell(folder, name)
      if (apart) exact.add(folder)
      folder = `${folder}/${spelled}`
    }
    return folder
  }

  /** The name as its folder lists it; `apart` when the folder was seen to tell spellings apart. */
  function spell(folder: string, name: string): { spelled: string; apart: boolean } {
    const other = otherSpelling(name)
    if (other === name) return { spelled: name, apart: false }
    const identity = disk.identity(`${folder}/${other}`)
    if (identity === null || identity !== disk.identity(`${folder}/${name}`))
      return { spelled: name, apart: true }
    // One thing under both spellings. Two hard links look so too: then the folder lists both.
    const names = disk.names(folder === '' ? '/' : folder)
    if (names.includes(name)) return { spelled: name, apart: false }
    const alike = names.find((listed) => fold(listed) === fold(name))
    // Disks fold more than we do (`ſ` is an `s`, what can't be seen is nothing): then it is known by what it is.
    const same = alike ?? names.find((listed) => disk.identity(`${folder}/${listed}`) === identity)
    return { spelled: same ?? name, apart: false }
  }

  function forget(): void {
    exact.clear()
    since = now()
  }
  return { canonical }
}

/** Another spelling of the same name, for disks that don't tell them apart; the name itself when there is none. */
function otherSpelling(name: string): string {
  const swapped = name.replace(/[a-z]+|[A-Z]+/g, (letters) =>
    letters === letters.toLowerCase() ? letters.toUpperCase() : letters.toLowerCase(),
  )
  if (swapped !== name) return swapped
  for (const other of [
    name.normalize('NFD'),
    name.normalize('NFC'),
    name.toLowerCase(),
    name.toUpperCase(),
  ]) {
    if (other !== name) return other
  }
  return name
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

const realDisk: NameDisk = {
  identity(path) {
    try {
      const stat = fs.lstatSync(path, { throwIfNoEntry: false })
      return stat ? `${stat.dev}:${stat.ino}` : null
    } catch {
      return null
    }
  },
  names(folder) {
    try {
      return fs.readdirSync(folder)
    } catch {
      return []
    }
  },
}
