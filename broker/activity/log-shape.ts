/**
 * What a log's files consist of, and nothing else: their tables with each column as it was made, and the words beside the
 * entries. What was added (a column, a trigger, a table, a word, a journal that would put older pages back) is named.
 */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { ARCHIVE_SCHEMA } from './archive.ts'
import { HOT_SCHEMA } from './hot-store.ts'
import type { LogFiles } from './log-files.ts'
import { openAsItLies } from './open-for-reading.ts'
import { ADDED_COLUMNS, addColumn } from './seals.ts'

/** What is not Sallyport's, each in words. */
export function findForeign(files: LogFiles): string[] {
  const { hot, archive } = files
  const journals = [hot, archive].map((file) => `${file}-journal`).filter((file) => existsSync(file))
  return [
    ...foreignIn(files, 'hot', () => shapesOf(HOT_SCHEMA, ADDED_COLUMNS)),
    ...foreignWords(files),
    ...(existsSync(archive) ? foreignIn(files, 'archive', () => shapesOf(ARCHIVE_SCHEMA)) : []),
    ...journals.map((file) => `the file “${file}”`),
  ]
}

interface Part {
  type: string
  name: string
  sql: string
}
const keyOf = ({ type, name, sql }: Part) => JSON.stringify([type, name, sql])

/** Each part as it is made, and as it is after each column that later versions added. */
function shapesOf(schema: string, added: readonly (typeof ADDED_COLUMNS)[number][] = []): Part[] {
  const db = new DatabaseSync(':memory:')
  try {
    db.exec(schema)
    const shapes = partsOf(db)
    for (const column of added) {
      addColumn(db, column)
      shapes.push(...partsOf(db))
    }
    return shapes
  } finally {
    db.close()
  }
}

const partsOf = (db: DatabaseSync): Part[] =>
  db
    .prepare('SELECT type, name, sql FROM sqlite_schema')
    .all()
    .map(({ type, name, sql }) => ({
      type: String(type),
      name: String(name),
      sql: String(sql ?? '')
        .replace(/\s+/g, ' ')
        .replace(/ ?([(),]) ?/g, '$1'),
    }))

function foreignIn(files: LogFiles, which: 'hot' | 'archive', own: () => Part[]): string[] {
  const db = openAsItLies(files, which)
  try {
    const shapes = own()
    const known = new Set(shapes.map(keyOf))
    const names = new Set(shapes.map(({ name }) => name))
    return partsOf(db)
      .filter((part) => !known.has(keyOf(part)))
      .map(
        ({ type, name }) => `the ${type} “${name}”${names.has(name) ? ', which is not as it was made' : ''}`,
      )
  } finally {
    db.close()
  }
}

function foreignWords(files: LogFiles): string[] {
  const db = openAsItLies(files, 'hot')
  try {
    const all = db.prepare("SELECT key FROM meta WHERE key NOT IN ('log', 'start')").all()
    return all.map(({ key }) => `the word “${key}”`)
  } finally {
    db.close()
  }
}
