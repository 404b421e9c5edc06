/**
 * The activity log: what a durable append costs beside a plain file with fdatasync and a plain node:sqlite insert; and,
 * with a million entries, how long it takes to verify them beside only reading them, to search, and how large they are.
 *
 * Times of a shared machine's disk drift, ratios within one round hold: arms run in rotation, ratios are gated. Another
 * number of entries can be given: `npm run bench -- log 100000`.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { chainHash, GENESIS } from '../broker/activity/chain.ts'
import { createEntryEncoder } from '../broker/activity/entry-bytes.ts'
import { logFiles } from '../broker/activity/log-files.ts'
import { openActivityLog } from '../broker/activity/open-activity-log.ts'
import { unpackTexts } from '../broker/activity/packed-texts.ts'
import type { SealSigner } from '../broker/activity/seals.ts'
import { verifyFile } from '../broker/activity/verify-log.ts'
import { ActivityQuery, type NewEntry } from '../contract/activity.ts'
import { type BenchOptions, type BenchReport, goal, median, percentile, round } from './bench-report.ts'
import { appendEntries, callEntries, WORDS } from './log-entries.ts'

/** Of fewer too little is packed to be verified by blocks. */
const FEWEST = 20_000
const ROUNDS = 12
const GROUPS = [1, 16, 256]
/** Groups timed in one round. */
const TIMED: Record<number, number> = { 1: 60, 16: 20, 256: 4 }
/** Of each kind: a 99th percentile must be more than the worst of a few. */
const QUERIES = 400

export async function run({ args }: BenchOptions): Promise<BenchReport> {
  const entries = Number(args[0] ?? 1_000_000)
  if (!(entries >= FEWEST)) throw new Error(`The log must have ${FEWEST} entries or more, not ${args[0]}.`)
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-log-'))
  try {
    const appends = await measureAppends(folder)
    const large = await measureLarge(folder, entries)
    return {
      name: 'log',
      versions: { node: process.versions.node, sqlite: String(process.versions.sqlite) },
      rows: [...appends.rows, ...large.rows] as BenchReport['rows'],
      goals: [
        goal('durable append to a file entry with fdatasync, p50 ratio (aim: 1.2)', appends.ratio, 1.6),
        ...large.goals,
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// ── appends ──────────────────────────────────────────────────────────────────────────────────────────────────

/** One durable group; made anew for each round, on a fresh file. */
interface Arm {
  group(entries: NewEntry[]): Promise<void>
  close(): Promise<void>
}

const ARMS = {
  log: logArm,
  file: fileArm,
  fileBlocking: blockingFileArm,
  sqlite: sqliteArm,
  logNotSynced: unsyncedArm,
}
type Name = keyof typeof ARMS
const NAMES = Object.keys(ARMS) as Name[]

async function measureAppends(folder: string) {
  const times = new Map<string, number[]>()
  const stream = callEntries(7)
  const next = (): NewEntry => stream.next().value?.[1]?.entry as NewEntry
  for (let roundNo = 0; roundNo < ROUNDS; roundNo++) {
    const arms = new Map(NAMES.map((name) => [name, ARMS[name](path.join(folder, `${name}-${roundNo}`))]))
    for (const arm of arms.values()) await arm.group([next()])
    for (const size of GROUPS) {
      // Group by group in rotation: what else runs on the machine meets all arms alike.
      for (let i = 0; i < (TIMED[size] ?? 1) * NAMES.length; i++) {
        const name = NAMES[(i + Math.floor(i / NAMES.length)) % NAMES.length] as Name
        const group = Array.from({ length: size }, next)
        const start = performance.now()
        await arms.get(name)?.group(group)
        const key = `${name} ${size}`
        times.set(key, [...(times.get(key) ?? []), (performance.now() - start) * 1_000])
      }
    }
    for (const arm of arms.values()) await arm.close()
  }
  const rows = NAMES.flatMap((name) =>
    GROUPS.map((size) => {
      const taken = times.get(`${name} ${size}`) ?? []
      return {
        what: `${TITLES[name]}, groups of ${size}`,
        p50us: round(median(taken)),
        p99us: round(percentile(taken, 0.99)),
        entriesPerSecond: Math.round((size * taken.length * 1e6) / sum(taken)),
      }
    }),
  )
  const p50 = (name: Name) => median(times.get(`${name} 1`) ?? [])
  return { rows, ratio: p50('log') / p50('file') }
}
const TITLES = {
  log: 'this log, durable',
  file: 'chained file, fdatasync on the thread pool',
  fileBlocking: 'chained file, fdatasync that blocks the process',
  sqlite: 'plain node:sqlite, one insert a commit, synchronous=FULL',
  logNotSynced: 'this log, safe from the death of the process only',
}

function logArm(file: string): Arm {
  const log = openActivityLog({ file: path.join(file, 'activity.db'), clock: Date.now })
  return {
    async group(entries) {
      for (const entry of entries) log.append(entry)
      await log.sync()
    },
    close: () => log.close(),
  }
}
function unsyncedArm(file: string): Arm {
  const log = openActivityLog({ file: path.join(file, 'activity.db'), clock: Date.now })
  return {
    async group(entries) {
      for (const entry of entries) log.append(entry)
    },
    close: () => log.close(),
  }
}
function chainedFile(file: string, settle: (fd: number) => Promise<void> | void): Arm {
  const fd = openSync(file, 'a')
  const encode = createEntryEncoder()
  let prev = GENESIS
  let seq = 0
  return {
    async group(entries) {
      let lines = ''
      for (const entry of entries) {
        const text = encode(entry, ++seq, Date.now())
        prev = chainHash(prev, text)
        lines += `${text} ${prev}\n`
      }
      writeSync(fd, lines)
      await settle(fd)
    },
    close: async () => closeSync(fd),
  }
}
function fileArm(file: string): Arm {
  return chainedFile(
    file,
    (fd) => new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve()))),
  )
}
function blockingFileArm(file: string): Arm {
  return chainedFile(file, fdatasyncSync)
}
function sqliteArm(file: string): Arm {
  const db = new DatabaseSync(file)
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entry (seq INTEGER PRIMARY KEY, text TEXT)',
  )
  const insert = db.prepare('INSERT INTO entry (text) VALUES (?)')
  return {
    async group(entries) {
      db.exec('BEGIN')
      for (const entry of entries) insert.run(JSON.stringify(entry))
      db.exec('COMMIT')
    },
    close: async () => db.close(),
  }
}

// ── a million entries ────────────────────────────────────────────────────────────────────────────────────────

async function measureLarge(folder: string, count: number) {
  const file = path.join(folder, 'large', 'activity.db')
  const files = logFiles(file)
  const signer = makeSigner()
  const clock = clockOf(count)
  const log = openActivityLog({ file, clock, seal: signer })
  const started = performance.now()
  let made = 0
  let sealMs = 0
  for (let seed = 1; made < count; seed++) {
    // As in the app, entries share commits, and the loop goes round.
    made += appendEntries(log.stage, Math.min(400, count - made), seed)
    await log.commit()
    await new Promise((resolve) => setImmediate(resolve))
    // About one an hour, as a log of that age has them.
    const before = performance.now()
    await log.sealNow('beat')
    sealMs += performance.now() - before
  }
  const appendMs = performance.now() - started - sealMs
  await log.catchUp()
  const behindMs = performance.now() - started - appendMs - sealMs
  const written = log.head().seq
  // As the app does once a day, here at the end of the half year but one day; then a day's work.
  const first = await log.verify()
  if (!first.ok) throw new Error(`The log is not whole: ${JSON.stringify(first)}`)
  for (let seed = 1_000_000, day = 0; day < count / DAYS; seed++) {
    day += appendEntries(log.stage, 400, seed)
    await log.commit()
  }
  await log.catchUp()
  const search = measureSearch(log)
  const head = log.head().seq
  await log.close()
  const bytes = Object.values(files).map((each) => statSync(each).size)
  const verify = await measureVerify(file, signer, clock())
  const words = Math.max(...search.filter(({ kind }) => kind === 'word').map(({ p99 }) => p99))
  const parts = Math.max(...search.filter(({ kind }) => kind === 'part').map(({ p99 }) => p99))
  return {
    rows: [
      {
        what: `write ${written} entries, a hundred calls at a time`,
        usPerEntry: round((appendMs * 1_000) / written),
        packedAndIndexedMs: round(behindMs),
      },
      {
        what: 'size, bytes an entry',
        entries: head,
        all: round(sum(bytes) / head),
        newest: round((bytes[0] ?? 0) / head),
        packed: round((bytes[1] ?? 0) / head),
        index: round((bytes[2] ?? 0) / head),
      },
      ...verify.rows,
      ...search.map(({ what, p50, p99, cpuP50, cpuP99, hits }) => ({
        what: `newest 50: ${what}`,
        p50ms: round(p50),
        p99ms: round(p99),
        cpuP50ms: round(cpuP50),
        cpuP99ms: round(cpuP99),
        hits,
      })),
    ],
    goals: [
      goal(`verify ${head} entries to only reading them, the last day’s computed anew`, verify.ratio, 1.1),
      goal('verify every entry anew, seconds a million on one thread', verify.oneThreadSeconds, 3),
      goal('newest 50 hits of words, p99 in ms', words, 20),
      goal('newest 50 hits of parts of words, p99 in ms', parts, 30),
      goal('bytes an entry with indexes', sum(bytes) / head, 300),
    ],
  }
}

async function measureVerify(file: string, signer: SealSigner & { publicKey: Uint8Array }, now: number) {
  const ways = {
    default: { threads: 2 },
    defaultOne: { threads: 1 },
    every: { threads: 2, everyEntry: true },
    everyOne: { threads: 1, everyEntry: true },
  }
  type Way = keyof typeof ways
  const taken: Record<'read' | Way, number[]> = {
    read: [],
    default: [],
    defaultOne: [],
    every: [],
    everyOne: [],
  }
  let entries = 0
  let walked = 0
  const verify = async (way: Way) => {
    const options = { publicKeys: [signer.publicKey], blocking: true, now, ...ways[way] }
    const report = await verifyFile(file, options)
    const short = report.byBlocks !== null
    if (!report.ok || report.sealedTo !== report.head?.seq || short === way.startsWith('every'))
      throw new Error(`The log is not whole, or not as it should be verified: ${JSON.stringify(report)}`)
    entries = report.entries
    if (report.byBlocks !== null) walked = entries - report.byBlocks.entries
    taken[way].push(report.ms)
  }
  for (let n = 0; n < 3; n++) {
    taken.read.push(readOnly(file))
    for (const way of Object.keys(ways) as Way[]) await verify(way)
  }
  const row = (what: string, which: keyof typeof taken) => {
    const ms = median(taken[which])
    return { what, ms: round(ms), entriesPerSecond: Math.round((entries * 1_000) / ms) }
  }
  const toReading = (way: Way) => median(taken[way].map((ms, n) => ms / (taken.read[n] ?? Number.NaN)))
  return {
    rows: [
      row('only reading every entry, one thread', 'read'),
      {
        ...row('verifying, two threads: blocks by their sealed digest', 'default'),
        toReading: round(toReading('default')),
        computedAnew: walked,
      },
      row('verifying, one thread: blocks by their sealed digest', 'defaultOne'),
      {
        ...row('verifying every entry anew, two threads', 'every'),
        toReading: round(toReading('every')),
      },
      row('verifying every entry anew, one thread', 'everyOne'),
    ],
    ratio: toReading('default'),
    oneThreadSeconds: (median(taken.everyOne) / entries) * 1_000,
  }
}

/** Every entry's text, as any reader gets it: from the packed blocks, then from the rows. */
function readOnly(file: string): number {
  const files = logFiles(file)
  const start = performance.now()
  let characters = 0
  const archive = new DatabaseSync(files.archive)
  for (const { data } of archive.prepare('SELECT data FROM block ORDER BY last').iterate())
    for (const text of unpackTexts(data as Uint8Array)
      .toString('utf8')
      .split('\n'))
      characters += text.length
  archive.close()
  const hot = new DatabaseSync(files.hot)
  for (const { text } of hot.prepare('SELECT text FROM entry ORDER BY seq').iterate())
    characters += String(text).length
  hot.close()
  if (characters === 0) throw new Error('There was nothing to read.')
  return performance.now() - start
}

/** Of the processor's time, too: on a machine that has more to do, the wall's tells of the others. */
interface Found {
  what: string
  kind: 'word' | 'part' | 'field'
  p50: number
  p99: number
  cpuP50: number
  cpuP99: number
  hits: number
}
function measureSearch(log: { query(query: ActivityQuery): { rows: unknown[] } }): Found[] {
  const word = (n: number) => WORDS[n % WORDS.length] as string
  const number = (n: number) => 100 + ((n * 977) % 8_900)
  const kinds: { what: string; kind: Found['kind']; query: (n: number) => Partial<ActivityQuery> }[] = [
    { what: 'a rare word', kind: 'word', query: (n) => ({ text: String(number(n)) }) },
    { what: 'a common word', kind: 'word', query: (n) => ({ text: word(n) }) },
    { what: 'two words', kind: 'word', query: (n) => ({ text: `${word(n)} ${word(n + 3)}` }) },
    { what: 'a word and a number', kind: 'word', query: (n) => ({ text: `${word(n)} ${number(n)}` }) },
    {
      what: 'words that are everywhere and one that is rare',
      kind: 'word',
      query: (n) => ({ text: `documents md perimeter ${number(n)}` }),
    },
    {
      what: 'words that are never together',
      kind: 'word',
      query: (n) => ({ text: `status cpums md ${word(n)}` }),
    },
    { what: 'a phrase', kind: 'word', query: (n) => ({ text: `"${word(n)} ${word(n + 1)}"` }) },
    { what: 'a word, refused', kind: 'word', query: (n) => ({ text: word(n), decision: 'deny' }) },
    { what: 'a word, within nine days', kind: 'word', query: (n) => ({ text: word(n), ...nineDays(n) }) },
    { what: 'a word that is nowhere', kind: 'word', query: (n) => ({ text: `nowhere${n}` }) },
    { what: 'a common part', kind: 'part', query: (n) => ({ text: `*${word(n).slice(1, 5)}*` }) },
    {
      what: 'a rare part',
      kind: 'part',
      query: (n) => ({ text: `*${word(n).slice(2)}-${String(number(n)).slice(0, 3)}*` }),
    },
    {
      what: 'a part, refused',
      kind: 'part',
      query: (n) => ({ text: `*${word(n).slice(1, 5)}*`, decision: 'deny' }),
    },
    {
      what: 'a long part',
      kind: 'part',
      query: (n) => ({ text: `*home/alex/documents/${word(n)}/${word(n + 5).slice(0, 2)}*` }),
    },
    {
      what: 'a part and a word',
      kind: 'part',
      query: (n) => ({ text: `*${word(n).slice(1, 5)}* ${word(n + 5)}` }),
    },
    {
      what: 'a part and a word that are never together',
      kind: 'part',
      query: () => ({ text: '*ttps:* alex' }),
    },
    {
      what: 'a part and a phrase',
      kind: 'part',
      query: (n) => ({ text: `*ocum* "${word(n)} ${word(n + 1)}"` }),
    },
    { what: 'a part and a number', kind: 'part', query: (n) => ({ text: `*ocuments/* ${number(n)}` }) },
    { what: 'a part that is nowhere', kind: 'part', query: (n) => ({ text: `*${word(n)}zq*` }) },
    { what: 'everything', kind: 'field', query: () => ({}) },
    { what: 'within nine days', kind: 'field', query: (n) => nineDays(n) },
    { what: 'refused', kind: 'field', query: () => ({ decision: 'deny' }) },
    { what: 'files written', kind: 'field', query: () => ({ capability: 'fs.write', kinds: ['intent'] }) },
  ]
  const nineDays = (n: number) => {
    const since = LOG_BEGINS + Math.round((HALF_A_YEAR * ((n * 37) % 95)) / 100)
    return { since, until: since + HALF_A_YEAR / 20 }
  }
  const taken = kinds.map(() => [] as number[])
  const cpu = kinds.map(() => [] as number[])
  const hits = kinds.map(() => 0)
  for (let n = 0; n < QUERIES; n++)
    for (const [k, { query }] of kinds.entries()) {
      const asked = ActivityQuery.parse({ limit: 50, ...query(n) })
      const [start, before] = [performance.now(), process.threadCpuUsage()]
      hits[k] = log.query(asked).rows.length
      taken[k]?.push(performance.now() - start)
      const { user, system } = process.threadCpuUsage(before)
      cpu[k]?.push((user + system) / 1_000)
    }
  return kinds.map(({ what, kind }, k) => ({
    what,
    kind,
    p50: median(taken[k] ?? []),
    p99: percentile(taken[k] ?? [], 0.99),
    cpuP50: median(cpu[k] ?? []),
    cpuP99: percentile(cpu[k] ?? [], 0.99),
    hits: hits[k] ?? 0,
  }))
}

const sum = (values: number[]) => values.reduce((total, each) => total + each, 0)

const LOG_BEGINS = 1_750_000_000_000
const DAYS = 180
const HALF_A_YEAR = DAYS * 86_400_000
function clockOf(entries: number) {
  let now = LOG_BEGINS
  const step = Math.floor(HALF_A_YEAR / entries)
  return () => {
    now += step
    return now
  }
}

function makeSigner(): SealSigner & { publicKey: Uint8Array } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return { publicKey: raw, sign: (bytes) => sign(null, bytes, privateKey) }
}
