/**
 * Requests at the size that is still let through, made to keep the broker's thread: while each is under way, everybody
 * else has a turn all the time. What counts is the processor time between two turns, so that it is the same however busy
 * this computer is. The real gate and the real capabilities.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Perimeter } from '../../contract/perimeter.ts'
import type { OperationName } from '../../contract/request.ts'
import type { Json } from '../../contract/words.ts'
import { openTestHouse, type TestHouse } from '../fixtures/open-test-house.ts'
import { longestTurn } from '../harness/longest-turn.ts'

/** What the broker promises, ms. */
const LONGEST_TURN = 100
/** A call may take its time; it is ended by its own clock. */
const CALL_MS = 4_000
const NAME = 'a'.repeat(200)

let house: TestHouse
let top: string
/** Another disk, where one can be made. */
let disk: string
let isMounted = false
const at = (name: string) => path.join(top, name)

beforeAll(async () => {
  house = await openTestHouse({ person: () => 'allow' })
  top = path.join(realpathSync(house.home), 'work')
  disk = at('disk')
  for (const folder of [disk, at('many'), at('files')]) mkdirSync(folder, { recursive: true })
  for (let i = 0; i < 8_000; i++) writeFileSync(at(`many/${NAME}${i}`), '')
  for (const name of ['one', ...FIVE_HUNDRED]) writeFileSync(at(`files/${name}`), 'x')
  writeFileSync(at('line.txt'), 'x'.repeat(4_000_000))
  writeFileSync(at('lines.txt'), 'a\n'.repeat(2_000_000))
  mkdirSync(at('carried'))
  isMounted = mount()
  for (let i = 0; i < 15_000; i++) writeFileSync(at(`carried/${i}`), 'x')
  await turnOf('fs.stat', { path: top })
})
afterAll(async () => {
  if (isMounted) execFileSync('umount', [disk])
  await house.close()
})

/** Only an administrator can. */
function mount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', disk], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const passing = (operation: OperationName, args: Json, write: 'allow' | 'ask') =>
  house.gate.passCapability(
    {
      principal: { id: 'agent_test', kind: 'agent', name: 'Test' },
      perimeter: Perimeter.parse({ folders: [{ path: top, read: 'allow', write }] }),
      run: { id: 'run_holds', title: 'Test' },
      ...{ tool: null, callId: 'call_holds', signal: AbortSignal.timeout(CALL_MS) },
    },
    operation,
    args,
  )

/** While one request passes the gate. */
const turnOf = (operation: OperationName, args: Json, write: 'allow' | 'ask' = 'allow') =>
  longestTurn(() => passing(operation, args, write))

const stars = (count: number) => Array.from({ length: count }, () => '**').join('/')
const FIVE_HUNDRED = Array.from({ length: 500 }, (_, n) => n)
const DEEP = '/folder'.repeat(90)
const BACK = '/../files'.repeat(60)
const named = (count: number) => Array.from({ length: count }, (_, n) => [`A${n}`, `a${n}`] as const)
const sent = (body: string) => ({ url: 'https://a.example', method: 'POST', body })
const REQUESTS: [what: string, operation: OperationName, args: () => Json][] = [
  [
    'a pattern that goes back again and again',
    'fs.list',
    () => ({ path: at('many'), limit: 10_000, glob: `*${'a'.repeat(100)}b*` }),
  ],
  [
    'a pattern of many choices',
    'fs.list',
    () => ({ path: at('many'), limit: 10_000, glob: `*${'a'.repeat(60)}${'{a,aa}'.repeat(6)}b*` }),
  ],
  [
    'a pattern of folders at any depth',
    'fs.list',
    () => ({ path: at('many'), depth: 16, limit: 10_000, glob: `${stars(60)}/*${'a'.repeat(100)}b*` }),
  ],
  ['all of a large folder', 'fs.list', () => ({ path: at('many'), limit: 10_000 })],
  [
    'a search that finds every character of one line',
    'fs.search',
    () => ({ path: at('line.txt'), pattern: 'x', limit: 1000 }),
  ],
  [
    'a search through millions of lines',
    'fs.search',
    () => ({ path: at('lines.txt'), pattern: 'a', limit: 1000 }),
  ],
  [
    'a search by an expression of choices of choices',
    'fs.search',
    () => ({ path: top, pattern: '(x+x+)+y', regex: true, limit: 1000 }),
  ],
  [
    'a write over a long text of short lines, with its preview',
    'fs.writeFile',
    () => ({ path: at('lines.txt'), data: 'a\nb\n'.repeat(1_000_000) }),
  ],
  [
    'a copy of a large folder that is cancelled on the way',
    'fs.copy',
    () => ({ copies: [{ from: at('many'), to: at('copy') }] }),
  ],
  [
    'a move of a large folder to another disk',
    'fs.move',
    () => ({ moves: [{ from: at('carried'), to: `${disk}/carried` }] }),
  ],
  [
    'a copy into five hundred places, each below ninety folders that are not there',
    'fs.copy',
    () => ({ copies: FIVE_HUNDRED.map((n) => ({ from: at('files/one'), to: at(`new/${n}${DEEP}/one`) })) }),
  ],
  [
    'five hundred moves, each by a long way and back',
    'fs.move',
    () => ({
      moves: FIVE_HUNDRED.map((n) => ({ from: at(`files${BACK}/${n}`), to: at(`moved${DEEP}/${n}`) })),
    }),
  ],
  [
    'a command that asks for a hundred thousand secrets',
    'command.run',
    () => ({ argv: ['true'], cwd: top, secrets: Object.fromEntries(named(100_000)) }),
  ],
  ['a body of one secret, half a million times', 'net.fetch', () => sent('{{secret:a}}'.repeat(500_000))],
  [
    'a body of thousands of secrets',
    'net.fetch',
    () =>
      sent(
        named(30_000)
          .map(([, name]) => `{{secret:${name}}}`)
          .join(''),
      ),
  ],
  ['a body of what begins like a secret, again and again', 'net.fetch', () => sent('{{'.repeat(3_000_000))],
]

it.each(REQUESTS)(
  'everybody else has a turn during %s',
  { timeout: 60_000 },
  async (_what, operation, args) => {
    expect(await turnOf(operation, args(), 'ask')).toBeLessThan(LONGEST_TURN)
  },
)

const AT_ONCE: [what: string, operation: OperationName, args: () => Json][] = [
  ['listing a large folder', 'fs.list', () => ({ path: at('many'), limit: 10_000 })],
  ['reading four megabytes', 'fs.readFile', () => ({ path: at('line.txt'), length: 4_000_000 })],
]

it.each(AT_ONCE)(
  'everybody else has a turn while as many as one call may have open are %s',
  { timeout: 60_000 },
  async (_what, operation, args) => {
    const turn = await longestTurn(() =>
      Promise.all(Array.from({ length: 32 }, () => passing(operation, args(), 'allow'))),
    )
    expect(turn).toBeLessThan(LONGEST_TURN)
  },
)
