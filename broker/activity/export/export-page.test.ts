import { hash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fc } from '../../../build/properties.ts'
import type { ActivityEntry } from '../../../contract/activity.ts'
import { canonicalJson } from '../canonical-json.ts'
import { type OpenActivityLog, openActivityLog } from '../open-activity-log.ts'
import { fill, readIntent, testClock, testFolder, tidy } from '../test-log.ts'
import { checkOcsf } from './check-ocsf.ts'
import { csvLine } from './csv-line.ts'

const at = testFolder()
let log: OpenActivityLog
beforeAll(() => {
  log = openActivityLog({
    file: at.file,
    clock: testClock(),
    limits: { indexAt: 1e9 },
    productVersion: '1.2.3',
  })
  fill(log, 5)
  log.append(readIntent(9, { subject: '=HYPERLINK("http://evil.example","x"), "quoted"\nnew line' }))
  const url = {
    kind: 'url',
    method: 'POST',
    url: 'https://a.example/x',
    scheme: 'https',
    host: 'a.example',
    port: 443,
    path: '/x',
    privateAddress: false,
  }
  const send = log.append(
    readIntent(10, {
      subject: 'Send POST https://a.example/x',
      capability: 'net.request',
      asked: true,
      details: { needs: [{ capability: 'net.request', resource: url }] },
    }),
  )
  log.append({
    kind: 'outcome',
    subject: 'Send',
    ref: send.seq,
    ok: true,
    durationMs: 12,
    details: { status: 201 },
  })
  const command = {
    kind: 'command',
    program: '/usr/bin/git',
    args: ['push'],
    cwd: '/home/me/x',
    opaque: false,
  }
  log.append(
    readIntent(11, {
      kind: 'decision',
      decision: 'deny',
      ok: false,
      capability: 'command.run',
      details: { needs: [{ capability: 'command.run', resource: command }] },
    }),
  )
  const copy = log.append(readIntent(12, { capability: 'clipboard.write', details: {} }))
  log.append({ kind: 'outcome', subject: 'Copied', ref: copy.seq, ok: false, details: { code: 'io' } })
  log.append({
    kind: 'alert',
    subject: 'A new host after outside text',
    principal: tidy,
    details: { rule: 'new-host-after-outside' },
  })
  log.append({ kind: 'stop', subject: 'Stop everything' })
})
afterAll(async () => {
  await log.close()
  at.remove()
})

function all(format: 'jsonl' | 'csv' | 'ocsf', limit = 4): string {
  let text = ''
  for (let after: number | null = 0; after !== null; ) {
    const page = log.export({ format, after, limit })
    text += format === 'csv' && after > 0 ? page.text.slice(page.text.indexOf('\n') + 1) : page.text
    after = page.next
  }
  return text
}

describe('an export as JSON Lines', () => {
  it('can be verified line by line by whoever has it', () => {
    const lines = all('jsonl').trimEnd().split('\n')
    expect(lines).toHaveLength(log.head().seq)
    let before = '0'.repeat(64)
    for (const line of lines) {
      const { hash: own, prev, ...entry } = JSON.parse(line)
      expect(prev).toBe(before)
      expect(hash('sha256', prev + canonicalJson(entry))).toBe(own)
      before = own
    }
    expect(before).toBe(log.head().hash)
  })

  it('gives a stretch of time', () => {
    const middle = log.entry(5)?.entry.at ?? 0
    const { text } = log.export({
      format: 'jsonl',
      after: 0,
      limit: 100,
      since: middle,
      until: middle + 2,
    })
    expect(text.trimEnd().split('\n').length).toBeLessThan(4)
  })
})

describe('an export as CSV', () => {
  it('has one line an effect, quoted, and no cell that computes', () => {
    const text = all('csv')
    const lines = text.split('\r\n')
    expect(lines[0]).toMatch(/^number,time,kind,what/)
    expect(text).toContain(`"'=HYPERLINK(""http://evil.example"",""x""), ""quoted""\nnew line"`)
    expect(lines.filter((line) => /,intent,/.test(line)).length).toBe(8)
    expect(lines.find((line) => line.includes('Send POST'))).toMatch(/,net\.request,allow,yes,ok,12,/)
    expect(lines.find((line) => line.includes('note-1.md'))).toMatch(/,fs\.read,allow,no,ok,0\.5,/)
  })
})

it.each([
  ['=1+1', "'=1+1"],
  ['-2', "'-2"],
  ['\uff1d1+1', "'\uff1d1+1"],
  // Cells part at semicolons where the comma is a decimal sign.
  ['a; =1+1;b', "a;' =1+1;b"],
  ["a;'=1+1", "a;''=1+1"],
  ['a=b c-d; e', 'a=b c-d; e'],
])('a cell of a table computes nothing: %s', (subject, cell) => {
  const entry = { ...log.entry(1)?.entry, subject } as ActivityEntry
  expect(csvLine(entry, null).split(',')[3]).toBe(cell)
})

describe('an export as OCSF', () => {
  it('makes valid events of the classes that fit', () => {
    const events = all('ocsf')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    for (const event of events) expect(checkOcsf(event)).toEqual([])
    expect(new Set(events.map((event) => event.class_uid))).toEqual(
      new Set([1001, 1007, 1012, 2004, 4002, 6002, 6003]),
    )
    expect(events.find((event) => event.class_uid === 4002)).toMatchObject({
      activity_id: 6,
      http_response: { code: 201 },
      status_id: 1,
      ai_agent: { uid: 'agent_tidy', instance_uid: 'run_1' },
    })
    expect(events.find((event) => event.class_uid === 1007)).toMatchObject({
      action_id: 2,
      disposition_id: 2,
      status_id: 2,
    })
    expect(events.filter((event) => event.class_uid === 1001)).toHaveLength(5)
  })
})

/** As RFC 4180 says, and nothing more. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end !== ',') rows.push([])
  }
  return rows.slice(0, -1)
}

describe('what is hostile in an entry', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '\0',
      '\ud800',
      '\u2028',
      '"',
      '""',
      '\r\n',
      '\n',
      '\r',
      ',,,',
      "'=1",
      '\u202e',
      '__proto__',
    ),
  )
  const words = fc.array(hostile, { maxLength: 6 }).map((parts) => parts.join(''))

  it('stays in its cell of a CSV', () => {
    const entry = log.entry(1)?.entry as ActivityEntry
    fc.assert(
      fc.property(words, words, words, (subject, name, title) => {
        const line = csvLine(
          { ...entry, subject, principal: { ...tidy, name }, run: { id: 'run_1', title } },
          null,
        )
        const [cells, ...more] = readCsv(line)
        expect(more).toEqual([])
        expect(cells).toHaveLength(14)
        // All that is put in is the sign that makes text of it.
        const bare = (text = '') => text.replaceAll("'", '')
        expect([cells?.[3], cells?.[4], cells?.[5]].map(bare)).toEqual([subject, name, title].map(bare))
      }),
    )
  })

  it('is one line of JSON Lines that gives its hash, and comes back as it went in', async () => {
    const folder = testFolder()
    const own = openActivityLog({ file: folder.file, clock: testClock(), limits: { indexAt: 1e9 } })
    const put = fc.sample(fc.tuple(words, fc.dictionary(words, fc.jsonValue())), 100)
    for (const [subject, details] of put) own.append({ kind: 'app', subject, details: details as never })
    const { text } = own.export({ format: 'jsonl', after: 0, limit: 1_000 })
    const entries = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    for (const { hash: value, prev, ...entry } of entries)
      expect(hash('sha256', prev + canonicalJson(entry))).toBe(value)
    for (const [n, [subject, details]] of put.entries()) {
      const entry = entries[n + 1]
      expect(entry.subject).toBe(subject)
      expect(canonicalJson(entry.details ?? {})).toBe(canonicalJson(details))
    }
    await own.close()
    folder.remove()
  })
})
