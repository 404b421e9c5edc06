/** Where the log's head is kept apart from the log: among the documents, and in a file of the user's state folder. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { DocumentStore } from '../ports.ts'
import { parseWitnessed, type WitnessPlace } from './head-witness.ts'

export const WITNESS_DOCUMENT = { kind: 'log', id: 'head' } as const

/** A document is put on the disk at once; more often than this is not worth the wait, in ms. */
const BETWEEN_MS = 55_000

/** Lies beside the log, in another file. */
export function witnessInDocuments(documents: DocumentStore): WitnessPlace {
  const { kind, id } = WITNESS_DOCUMENT
  let writtenAt = Number.NEGATIVE_INFINITY
  return {
    beside: true,
    read: () => parseWitnessed(documents.get(kind, id)),
    write(known, firm) {
      if (!firm && performance.now() - writtenAt < BETWEEN_MS) return
      documents.put(kind, id, known)
      writtenAt = performance.now()
    },
  }
}

/** Outlives the data folder: an older copy of all of it that is put back shows by this. */
export function witnessInFile(file: string): WitnessPlace {
  return {
    beside: false,
    read() {
      try {
        return parseWitnessed(JSON.parse(readFileSync(file, 'utf8')))
      } catch {
        return null
      }
    },
    write(known) {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
      writeFileSync(`${file}.new`, JSON.stringify(known), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    },
  }
}

/** One file for each data folder. `env` and `home` are those of the process. */
export function witnessFile(
  dataFolder: string,
  env: Record<string, string | undefined>,
  platform: NodeJS.Platform,
  home: string,
): string {
  const name = `head-${createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)}.json`
  if (platform === 'win32')
    return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'Sallyport state', name)
  if (platform === 'darwin') return path.join(home, 'Library', 'Preferences', 'Sallyport', name)
  const state = env.XDG_STATE_HOME?.startsWith('/') ? env.XDG_STATE_HOME : path.join(home, '.local', 'state')
  return path.join(state, 'sallyport', name)
}
