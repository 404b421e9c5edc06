/**
 * Files for an agent. Each function asks the gate for what it needs and hands back what it got; a refusal goes
 * through as it is, so that the model reads why and what to do.
 */
interface FileMove {
  from: string
  to: string
}
/** A part that a model can read in one go. Bytes; the manifest reads ahead as much. */
const PART = 100_000

export async function list(input: { path: string; depth?: number; glob?: string }) {
  const { entries, truncated } = await sallyport.fs.list(input)
  return {
    entries: entries.map((entry) => ({ ...entry, modifiedAt: new Date(entry.modifiedAt).toISOString() })),
    truncated,
  }
}

export async function read(input: { path: string; offset?: number; length?: number }) {
  const { path, offset = 0, length = PART } = input
  const part = await sallyport.fs.readFile({ path, offset, length })
  const place = { path: part.path, size: part.size, more: part.more }
  if (part.data.includes('\0'))
    return {
      ...place,
      more: false,
      text: '',
      note: `This is no text file (${part.size} bytes). Only its name and size can be told.`,
    }
  return {
    ...place,
    ...(part.more ? { next: offset + part.bytesRead } : {}),
    text: part.data,
    ...(part.malformed
      ? { note: 'Some bytes are not UTF-8 and stand here as �. Written back, they would be lost: don’t.' }
      : {}),
  }
}

export async function search(input: {
  path: string
  text: string
  regex?: boolean
  ignoreCase?: boolean
  glob?: string
  limit?: number
}) {
  const { text, ignoreCase = true, ...rest } = input
  return sallyport.fs.search({ ...rest, pattern: text, ignoreCase })
}

export async function write(input: { path: string; text: string; mode?: 'create' | 'replace' | 'append' }) {
  const { path, text, mode = 'replace' } = input
  return sallyport.fs.writeFile({ path, data: text, mode, parents: true })
}

/** All moves are one request, and so one question. */
export async function move(input: { moves: FileMove[] }) {
  return sallyport.fs.move({ moves: input.moves, parents: true })
}

export async function copy(input: { copies: FileMove[] }) {
  return sallyport.fs.copy({ copies: input.copies, parents: true })
}

export async function trash(input: { paths: string[] }) {
  return sallyport.fs.trash({ paths: input.paths })
}

export async function makeFolder(input: { path: string }) {
  return sallyport.fs.makeFolder({ path: input.path })
}

export async function info(input: { path: string }) {
  try {
    const entry = await sallyport.fs.stat({ path: input.path })
    return { exists: true, ...entry, modifiedAt: new Date(entry.modifiedAt).toISOString() }
  } catch (error) {
    if (error instanceof sallyport.SallyportError && error.code === 'not-found')
      return { exists: false, path: input.path }
    throw error
  }
}
