/** Each command that the documentation names is there, with the options and as many words as it names. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { runProgram } from './program.ts'
import type { World } from './session.ts'

const root = path.join(import.meta.dirname, '..')
const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })]
const named = pages.flatMap((page) => {
  const text = readFileSync(path.join(root, page), 'utf8')
  const inText = [...text.matchAll(/`sallyport ([^`\n]+)`/g)]
  const inBlocks = [...text.matchAll(/^(?:npx )?sallyport ([^\n]+)$/gm)]
  return [...inText, ...inBlocks].map(([, words = '']) => [page, words] as const)
})

async function help(words: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const write = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const world = { stdout: write, stderr: write, env: {} } as unknown as World
  return { code: await runProgram([...words, '--help'], world), text }
}

it('finds the commands that pages name', () => expect(named.length).toBeGreaterThan(25))

it.each(named)('%s: sallyport %s', async (_page, line) => {
  // What another program is given, or where output goes, is not the command's.
  const words = (line.split(/ [<|>] /)[0] ?? '').match(/'[^']*'|\S+/g) ?? []
  const verb: string[] = []
  let shown = await help(verb)
  for (const word of words) {
    if (!new RegExp(`^  ${word}\\b`, 'm').test(shown.text.split('Commands:')[1] ?? '')) break
    verb.push(word)
    shown = await help(verb)
  }
  expect(verb.length, `there is no command ${line}`).toBeGreaterThan(0)
  expect(shown.code).toBe(0)
  const [usage = ''] = shown.text.split('\n\n')
  const rest = words.slice(verb.length)
  for (const option of rest.filter((word) => word.startsWith('-')))
    expect(shown.text, `${option} of ${line}`).toContain(option)
  const takesValue = (option = '') => new RegExp(`${option} <`).test(shown.text)
  const given = rest.filter(
    (word, n) => !word.startsWith('-') && !takesValue(/^-/.test(rest[n - 1] ?? '') ? rest[n - 1] : '-'),
  )
  const taken = usage.match(/[<[](?!options|command)[\w.-]+[>\]]/g) ?? []
  if (!usage.includes('...'))
    expect(given.length, `words of ${line}: ${usage}`).toBeLessThanOrEqual(taken.length)
})
