/**
 * What a decision costs: 10, 1,000 and 10,000 rules, beside Cedar, casbin and CASL with the same rules. Every engine
 * first answers the same requests as a plain scan does; then they take turns, batch by batch. Microseconds.
 *
 * `ours` is the policy index alone, as the libraries are; `ours, whole decision` adds perimeter, protected places,
 * manifest, flow rules and grants; `ours, with canonical form` also resolves a real path or parses the URL first.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchReport, goal, median, percentile, round } from './bench-report.ts'
import { needOf, oursFor } from './deciders/ours.ts'
import { casbinFor, caslFor, cedarFor } from './deciders/peers.ts'
import { type BenchRequest, makeRequests, makeRules, scan } from './deciders/rule-set.ts'

const SIZES = [10, 1_000, 10_000]
const REQUESTS = 2_000
const ROUNDS = 12
/** Milliseconds that one batch of a slow engine may take. */
const BATCH_MS = 250
const LEAST_COMPARED = 20
const PACKAGES = ['@cedar-policy/cedar-wasm', 'casbin', '@casl/ability']

interface Contender {
  name: string
  decide(at: number): boolean
  times: number[]
  batch: number
}

export async function run(_options: { args: string[] }): Promise<BenchReport> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  try {
    const rows: BenchReport['rows'] = []
    for (const size of SIZES) rows.push(...(await measureSize(size, makeFiles(folder))))
    return { name: 'decide', versions: versions(), rows, goals: goalsOf(rows) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureSize(size: number, files: string[]): Promise<BenchReport['rows']> {
  const rules = makeRules(size)
  const requests = makeRequests(rules, REQUESTS)
  const needs = requests.map(needOf)
  const ours = oursFor(rules)
  const peers = { CASL: caslFor(rules), casbin: await casbinFor(rules), Cedar: cedarFor(rules) }
  const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T
  const contenders: Contender[] = [
    contender('ours', (index) => ours.index(at(needs, index))),
    contender('ours, whole decision', (index) => ours.whole(at(needs, index))),
    contender('ours, with canonical form', (index) =>
      ours.withCanonical(at(requests, index), at(files, index)),
    ),
    ...Object.entries(peers).map(([name, decide]) => contender(name, (index) => decide(at(requests, index)))),
  ]
  for (const each of contenders)
    warm(each, requests, each.name.includes('canonical') ? null : (request) => scan(rules, request))
  for (let round = 0; round < ROUNDS; round++) for (const each of contenders) runBatch(each, round)
  return contenders.map((each) => rowOf(size, each))
}

const contender = (name: string, decide: (at: number) => boolean): Contender => ({
  name,
  decide,
  times: [],
  batch: REQUESTS,
})

/** Checks the answers, as many as time allows, and finds how many fit into one batch. */
function warm(
  each: Contender,
  requests: readonly BenchRequest[],
  expected: ((request: BenchRequest) => boolean) | null,
): void {
  const started = performance.now()
  let done = 0
  requests.some((request, at) => {
    const answer = each.decide(at)
    if (expected && answer !== expected(request))
      throw new Error(`${each.name} answers ${answer} to ${JSON.stringify(request)}, unlike a plain scan.`)
    done += 1
    return done >= LEAST_COMPARED && performance.now() - started > 2_000
  })
  const began = performance.now()
  let timed = 0
  for (; timed < 4 || (performance.now() - began < 50 && timed < REQUESTS); timed++) each.decide(timed)
  each.batch = Math.max(4, Math.min(REQUESTS, Math.floor((BATCH_MS * timed) / (performance.now() - began))))
}

function runBatch(each: Contender, round: number): void {
  for (let at = 0; at < each.batch; at++) {
    const from = process.hrtime.bigint()
    each.decide(round * each.batch + at)
    each.times.push(Number(process.hrtime.bigint() - from) / 1000)
  }
}

function rowOf(rules: number, { name, times }: Contender): BenchReport['rows'][number] {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length
  return {
    what: `${name}, ${rules.toLocaleString('en')} rules`,
    rules,
    engine: name,
    p50us: round(median(times)),
    p99us: round(percentile(times, 0.99)),
    perSecond: Math.round(1e6 / mean),
    n: times.length,
  }
}

function goalsOf(rows: BenchReport['rows']): BenchReport['goals'] {
  const p50 = (rules: number, engine: string) =>
    Number(rows.find((row) => row.rules === rules && row.engine === engine)?.p50us)
  const best = (rules: number) => Math.min(...['CASL', 'casbin', 'Cedar'].map((engine) => p50(rules, engine)))
  const whole = 'ours, whole decision'
  return [
    goal('p50 of the index at 10,000 rules, in p50s at 10', p50(10_000, 'ours') / p50(10, 'ours'), 2),
    goal('p50 of the whole decision at 10,000 rules, in p50s at 10', p50(10_000, whole) / p50(10, whole), 2),
    goal('p50 of the best library at 1,000 rules, in ours', best(1_000) / p50(1_000, 'ours'), 50, 'higher'),
    goal(
      'p50 of the best library at 10,000 rules, in ours',
      best(10_000) / p50(10_000, 'ours'),
      1_000,
      'higher',
    ),
    goal('p50 with canonical form at 10,000 rules, µs', p50(10_000, 'ours, with canonical form'), 12),
  ]
}

function makeFiles(folder: string): string[] {
  return Array.from({ length: 64 }, (_, at) => {
    const place = join(folder, `work${at % 8}`, 'notes')
    mkdirSync(place, { recursive: true })
    const file = join(place, `n${at}.txt`)
    writeFileSync(file, 'x')
    return file
  })
}

function versions(): Record<string, string> {
  const of = (name: string) =>
    JSON.parse(readFileSync(join(import.meta.dirname, '..', 'node_modules', name, 'package.json'), 'utf8'))
      .version as string
  return { node: process.versions.node, ...Object.fromEntries(PACKAGES.map((name) => [name, of(name)])) }
}
