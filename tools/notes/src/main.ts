/** Notes as Markdown files in one folder. The folder is a line of the agent's perimeter like any other. */
const FOLDER = '~/Sallyport notes'
/** Notes with one title. */
const SAME_TITLE = 100

export async function add(input: { title: string; text: string }) {
  const title = input.title.trim()
  const data = `# ${title}\n\n${input.text.trimEnd()}\n`
  for (let number = 1; number <= SAME_TITLE; number += 1) {
    const name = number === 1 ? fileName(title) : `${fileName(title)}-${number}`
    try {
      await sallyport.fs.writeFile({ path: pathOf(name), data, mode: 'create', parents: true })
      return { name }
    } catch (error) {
      if (!endedWith(error, 'exists')) throw error
    }
  }
  throw new Error(`There are ${SAME_TITLE} notes with this title. Choose another one.`)
}

export async function list() {
  const entries = await listFolder()
  return {
    notes: entries
      .sort((a, b) => b.modifiedAt - a.modifiedAt)
      .map(({ name, modifiedAt, size }) => ({
        name: name.replace(/\.md$/, ''),
        changedAt: new Date(modifiedAt).toISOString(),
        size,
      })),
  }
}

export async function read(input: { name: string }) {
  const { data, more } = await sallyport.fs.readFile({ path: pathOf(checkName(input.name)) })
  return { name: input.name, text: data, truncated: more }
}

export async function search(input: { text: string }) {
  try {
    const found = await sallyport.fs.search({
      path: FOLDER,
      pattern: input.text,
      ignoreCase: true,
      glob: '*.md',
    })
    const matches = found.matches.map(({ path, line, text }) => ({ name: nameOf(path), line, text }))
    return { matches, truncated: found.truncated }
  } catch (error) {
    if (endedWith(error, 'not-found')) return { matches: [], truncated: false }
    throw error
  }
}

export async function remove(input: { name: string }) {
  await sallyport.fs.trash({ paths: [pathOf(checkName(input.name))] })
  return { removed: input.name }
}

async function listFolder() {
  try {
    const { entries } = await sallyport.fs.list({ path: FOLDER, glob: '*.md' })
    return entries.filter(({ kind }) => kind === 'file')
  } catch (error) {
    if (endedWith(error, 'not-found')) return []
    throw error
  }
}

function endedWith(error: unknown, code: string): boolean {
  return error instanceof sallyport.SallyportError && error.code === code
}

/** The gate would refuse a path out of the folder too; this says it in the words of notes. */
function checkName(name: string): string {
  if (/[/\\\0]/.test(name) || name.startsWith('.'))
    throw new Error(`“${name}” is no name of a note. Take one from list.`)
  return name.replace(/\.md$/, '')
}

function pathOf(name: string): string {
  return `${FOLDER}/${name}.md`
}

function nameOf(path: string): string {
  return (path.split(/[/\\]/).at(-1) ?? path).replace(/\.md$/, '')
}

/** Letters and digits of any language; everything else is a hyphen. */
function fileName(title: string): string {
  const name = title
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  return name.slice(0, 60).replace(/-+$/, '') || 'note'
}
