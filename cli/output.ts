/**
 * What a command prints. People get calm lines with the product's four marks (shape and word first, color third);
 * scripts get JSON and nothing else on the standard output. Text from others is drawn so that nothing in it hides.
 */
import process from 'node:process'
import { type ShownField, showText } from '../contract/show-text.ts'
import type { World } from './session.ts'

export const MARKS = {
  allow: { shape: '●', word: 'allowed', color: 32 },
  ask: { shape: '◆', word: 'asked', color: 33 },
  deny: { shape: '⬣', word: 'denied', color: 31 },
  stop: { shape: '■', word: 'stopped', color: 31 },
} as const
export type MarkName = keyof typeof MARKS

export interface Output {
  readonly json: boolean
  /** A line for people; nothing in JSON mode. */
  say(line?: string): void
  /** One JSON value on one line; nothing in people's mode. */
  object(value: unknown): void
  /** Words on the standard error; in JSON mode an object with code and text on the standard output. */
  fault(code: string, text: string): void
  mark(name: MarkName, word?: string): string
  /** Text from an agent, a tool or a file, made safe to print. */
  foreign(text: string, field?: ShownField): string
  table(rows: string[][]): void
}

export function createOutput(world: World, json: boolean): Output {
  const colored = world.stdout.isTTY === true && !world.env.NO_COLOR && world.env.TERM !== 'dumb'
  const paint = (text: string, color: number) => (colored ? `\x1b[${color}m${text}\x1b[0m` : text)
  const say = (line = '') => {
    if (!json) world.stdout.write(`${line}\n`)
  }
  return {
    json,
    say,
    object(value) {
      if (json) world.stdout.write(`${JSON.stringify(value)}\n`)
    },
    fault(code, text) {
      if (json) world.stdout.write(`${JSON.stringify({ error: { code, text } })}\n`)
      else world.stderr.write(`${paint(MARKS.deny.shape, MARKS.deny.color)} ${text}\n`)
    },
    mark: (name, word = MARKS[name].word) => `${paint(MARKS[name].shape, MARKS[name].color)} ${word}`,
    // A line end needs no mark where the lines stand one below the other; a literal mark is drawn as another one.
    foreign: (text, field = 'argument') => showText(text, field).shown.replaceAll('↵\n', '\n'),
    table(rows) {
      const widths =
        rows[0]?.map((_cell, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? []
      for (const row of rows) {
        say(
          row
            .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
            .join('  '),
        )
      }
    },
  }
}

/** Date and time as people of this machine write them, to the second. */
export function when(at: number): string {
  return new Date(at).toLocaleString(process.env.LC_TIME ? undefined : 'sv-SE')
}

/** What is said of a line of input begins with its id. It is whatever the line said, and stays on one line. */
export const idBefore = (id: string | number | null, out: Output): string =>
  id === null ? '' : `${out.foreign(String(id)).replaceAll('\n', '↵')}  `

/** "1 run", "3 runs". */
export const counted = (count: number, one: string, more = `${one}s`): string =>
  `${count} ${count === 1 ? one : more}`

/** "1.2 s", "340 ms". */
export function lasted(ms: number): string {
  return ms >= 1_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms)} ms`
}
