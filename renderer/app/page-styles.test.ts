import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')
const FILES = readdirSync(ROOT, { recursive: true }).map(String)
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')

// A page is loaded when it is gone to: a class that only another page's styles know looks right only after that one was.
it('takes no style from another page', () => {
  const where = new Map<string, string[]>()
  for (const file of FILES.filter((name) => name.endsWith('.css')))
    for (const [, word = ''] of read(file).matchAll(/\.([a-z][a-z0-9-]*)/g))
      where.set(word, [...(where.get(word) ?? []), path.dirname(file)])
  const borrowed = FILES.filter((name) => name.endsWith('.tsx')).flatMap((file) =>
    classesIn(read(file))
      .filter((word) => where.has(word))
      .filter((word) => !where.get(word)?.some((dir) => ['design', 'app', path.dirname(file)].includes(dir)))
      .map((word) => `${file}: ${word}`),
  )
  expect(borrowed).toEqual([])
})

it('finds the classes of a page', () => {
  expect(
    classesIn(`<a className="one two" /><b className={a === 'no' ? 'three' : \`four \${x}\`} />`),
  ).toEqual(['one', 'two', 'three', 'four'])
})

/** Words that stand in a className, without those that something is compared with. */
function classesIn(text: string): string[] {
  return [...text.matchAll(/className=(?:"([^"]*)"|\{([^}]*)\})/g)]
    .flatMap(([, plain, code = '']) =>
      plain === undefined
        ? [...code.replaceAll(/[!=]== '[^']*'/g, '').matchAll(/['"`]([^'"`$]*)/g)].map(
            ([, words = '']) => words,
          )
        : [plain],
    )
    .flatMap((words) => words.split(/[^a-z0-9-]+/))
    .filter((word) => word !== '')
}
