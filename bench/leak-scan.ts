/**
 * The leak scan over 100 kB with 20 registered secrets: time beside @secretlint, misses over every way of writing a
 * value, and false alarms over a text like those that tools return. `npm run bench -- leak-scan --json`.
 */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import { createLeakScanner } from '../broker/secrets/leak-scanner.ts'
import {
  AROUND,
  CREDENTIALS,
  createRandom,
  innocentTexts,
  NAMED_CREDENTIALS,
} from '../broker/secrets/testing/credential-corpus.ts'
import { type BenchReport, goal, median, percentile, round } from './bench-report.ts'

const SECRETS = 20
const SIZE = 100_000
const ROUNDS = 60
const PEER_ROUNDS = 5

const WRITTEN: Record<string, (value: string) => string> = {
  plain: (value) => value,
  reversed: (value) => [...value].reverse().join(''),
  url: (value) => [...value].map((char) => `%${char.charCodeAt(0).toString(16)}`).join(''),
  json: (value) => [...value].map((char) => `\\u00${char.charCodeAt(0).toString(16)}`).join(''),
  html: (value) => [...value].map((char, i) => (i % 2 ? `&#${char.charCodeAt(0)};` : char)).join(''),
  hex: (value) => Buffer.from(value).toString('hex'),
  'hex with colons': (value) =>
    Buffer.from(value)
      .toString('hex')
      .replace(/..(?=.)/g, '$&:'),
  base64: (value) => Buffer.from(value).toString('base64'),
  'base64 inside': (value) => Buffer.from(`user:${value}`).toString('base64url'),
  'with line breaks': (value) => value.replace(/.{7}/g, '$&\n'),
  'with zero-width characters': (value) => [...value].join('\u200b'),
}

export async function run(): Promise<BenchReport> {
  const values = Array.from({ length: SECRETS }, (_, i) => ({
    what: `secret:s${i}`,
    value: createHash('sha256').update(`secret ${i}`).digest('base64url').slice(0, 32),
  }))
  const scanner = createLeakScanner()
  scanner.watch(values)
  await scanner.ready()
  const text = likeToolOutput()
  const known = time(() => scanner.redactKnown(text))
  const whole = time(() => scanner.scan(text))
  const peer: number[] = []
  for (let i = 0; i < PEER_ROUNDS; i++) {
    const start = performance.now()
    await lintSource({
      source: { filePath: 'text.txt', content: text, contentType: 'text' },
      options: { config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] } },
    })
    peer.push(performance.now() - start)
  }
  const misses = Object.values(WRITTEN).flatMap((write) =>
    values.filter(({ what: name, value }) => {
      const { hits } = scanner.redactKnown(`${text.slice(0, 2_000)} ${write(value)} ${text.slice(0, 2_000)}`)
      return !hits.some(({ what }) => what === name)
    }),
  ).length
  const unknown = scanCorpus(scanner)
  const small = time(() => scanner.redactKnown(text.slice(0, 240)))
  return {
    name: 'leak-scan',
    versions: { node: process.versions.node, secretlint: secretlintVersion() },
    rows: [
      row('registered values', known),
      row('registered values and rules', whole),
      row('@secretlint preset, rules alone', peer),
      {
        what: 'corpus',
        written: Object.keys(WRITTEN).length * SECRETS,
        misses,
        falseAlarms: scanner.scan(text).hits.length,
      },
      { what: 'unknown credentials', ...unknown },
      { what: '240 characters, registered values', medianMicroseconds: round(median(small) * 1000) },
    ],
    goals: [
      goal('100 kB with 20 secrets, median in ms', median(whole), 5),
      goal('misses', misses, 0),
      goal('false alarms', scanner.scan(text).hits.length, 0),
      goal('unknown credentials missed', unknown.missed, 0),
      goal('false alarms on innocent text', unknown.falseAlarms, 0),
    ],
  }
}

/** Made-up credentials of every kind in every place, and text that only looks like them. */
function scanCorpus(scanner: ReturnType<typeof createLeakScanner>) {
  const random = createRandom(4711)
  let written = 0
  let missed = 0
  const look = (text: string) => {
    written++
    if (scanner.scan(text).hits.length === 0) missed++
  }
  for (const make of Object.values(CREDENTIALS))
    for (const put of Object.values(AROUND)) look(put(make(random)))
  for (const make of Object.values(NAMED_CREDENTIALS)) look(make(random).join(''))
  const innocent = Object.values(innocentTexts(random))
  const falseAlarms = innocent.reduce((sum, each) => sum + scanner.scan(each).hits.length, 0)
  return { written, missed, innocentTexts: innocent.length, falseAlarms }
}

function time(work: () => unknown): number[] {
  for (let i = 0; i < 20; i++) work()
  return Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
}

function row(what: string, times: number[]) {
  const ms = median(times)
  return {
    what,
    medianMs: round(ms),
    p99Ms: round(percentile(times, 0.99)),
    megabytesPerSecond: round(SIZE / 1000 / ms),
  }
}

/** Prose, code, JSON, addresses, hashes and identifiers in turn. */
function likeToolOutput(): string {
  let text = ''
  for (let i = 0; text.length < SIZE; i++) {
    const hash = createHash('sha512').update(String(i)).digest()
    text += [
      `The quarterly report, part ${i}: sales rose by ${i % 17} % over the year before, say people in the office.\n`,
      `export function sum${i}(a: number, b: number) { return a + b * ${i} } // "quoted" \\n\n`,
      `${JSON.stringify({ id: hash.toString('hex', 0, 16), path: `C:\\files\\${i}`, html: '<a href="/x">&amp;</a>' })}\n`,
      `https://example.com/list?page=${i}&q=a%20b%2Fc sha512-${hash.toString('base64')}\n`,
    ].join('')
  }
  return text.slice(0, SIZE)
}

function secretlintVersion(): string {
  const { version } = createRequire(import.meta.url)('@secretlint/core/package.json') as { version: string }
  return version
}
