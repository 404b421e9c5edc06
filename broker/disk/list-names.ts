/**
 * The names in a folder, in parts and off the main thread: a folder can be slow, or hold a million names, which in one
 * go would hold up everybody for half a second.
 */
import fs from 'node:fs'
import { waitInLine } from './take-turns.ts'

/** Past this, names come in the disk's order. */
const MOST_SORTED = 20_000
const A_PART = 256
/** To put so many in order takes a millisecond; of many folders each waits for its turn. */
const MANY = 1_000
/**
 * Bytes of a folder itself, below which it is read at once, which costs a tenth: tens of thousands of names. Disks that
 * don't tell say zero.
 */
const LARGE_FOLDER = 1024 * 1024
/** Below this no two get in each other's way. */
const SMALL_FOLDER = 64 * 1024

interface Folder {
  at: string | Buffer
  stat: fs.Stats
}

/** Sorted where they are few enough; none of a folder that is gone, or closed to us. */
export async function* listNames(folder: Folder): AsyncGenerator<string[]> {
  let few: string[] | null = []
  try {
    for await (const names of namesInParts(folder, 'utf8')) {
      if (few === null) yield names
      else if (few.length + names.length <= MOST_SORTED) few.push(...names)
      else {
        yield few
        yield names
        few = null
      }
    }
  } catch {
    // What was listed until then is there.
  }
  if (few === null) return
  if (few.length > MANY) await waitInLine()
  yield few.sort()
}

/** In the disk's order. `latin1` gives them byte for byte, each as one character. Throws system errors. */
export async function* namesInParts(
  { at, stat }: Folder,
  encoding: 'utf8' | 'latin1',
): AsyncGenerator<string[]> {
  if (stat.size > 0 && stat.size < LARGE_FOLDER) {
    if (stat.size > SMALL_FOLDER) await waitInLine()
    yield await fs.promises.readdir(at, { encoding })
    return
  }
  let part: string[] = []
  for await (const { name } of await fs.promises.opendir(at, { encoding, bufferSize: A_PART })) {
    if (part.push(name) < A_PART) continue
    yield part
    part = []
  }
  yield part
}
