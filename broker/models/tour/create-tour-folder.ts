/**
 * Makes the sample folder of the guided tour, and puts it back to its beginning when the tour is played again. It
 * writes only files of the sample that are missing, and removes only files that are byte for byte its own; what a
 * person put there stays. A folder that has other things in it and no mark is not the tour's, and is not touched.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { failed, type Outcome, ok, refused } from '../../../contract/outcome.ts'
import { type SampleFile, sampleFiles } from './sample-files.ts'

const MARK = '.sallyport-tour'
const MARK_TEXT = 'This folder belongs to Sallyport’s guided tour. It can be deleted.\n'
/** The tour's own summary: the one file that it writes without a question. */
export function summaryFileIn(folder: string): string {
  return path.join(folder, 'What happened.md')
}

/** The real path of the folder, ready for a tour. */
export async function createTourFolder(folder: string): Promise<Outcome<string>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const root = await realpath(folder)
    const names = await readdir(root)
    if (names.length > 0 && !names.includes(MARK))
      return refused(
        'invalid-request',
        `${folder} has other things in it. Choose an empty folder for the tour.`,
      )
    await writeFile(path.join(root, MARK), MARK_TEXT)
    for (const file of sampleFiles()) await restore(root, file)
    return ok(root)
  } catch (error) {
    return failed(
      'io',
      `The tour’s folder can’t be made at ${folder}: ${error instanceof Error ? error.message : error}`,
    )
  }
}

async function restore(root: string, { name, tidied, content }: SampleFile): Promise<void> {
  const wanted = digest(content)
  if (tidied && (await digestOf(path.join(root, tidied))) === wanted) await rm(path.join(root, tidied))
  try {
    await writeFile(path.join(root, name), content, { flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

async function digestOf(file: string): Promise<string | null> {
  try {
    return digest(await readFile(file))
  } catch {
    return null
  }
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
