/** What the log and its keeper (the thread that works behind it) say to each other. Plain data, structured clone. */
import type { LogFiles } from './log-files.ts'

export interface KeeperStart {
  files: LogFiles
}
export type KeeperOrder =
  | { id: number; do: 'catch-up'; packTo: number; indexTo: number }
  | { id: number; do: 'remove'; upTo: number }
  | { id: number; do: 'redact'; texts: [seq: number, text: string][] }
  /** The index was found damaged by who reads it. */
  | { id: number; do: 'index-anew' }
  | { id: number; do: 'end' }
export type KeeperReport =
  /** Entries up to here are in the archive, on the disk. */
  | { id: number; done: 'packed'; to: number }
  | { id: number; done: 'indexed'; to: number }
  /** The index was damaged: it begins anew, in a new file. */
  | { id: number; done: 'index-anew' }
  | { id: number; done: 'finished' }
  | { id: number; done: 'failed'; text: string; damaged: boolean }
