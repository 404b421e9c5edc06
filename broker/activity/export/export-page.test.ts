import { hash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { canonicalJson } from '../canonical-json.ts'
import { type OpenActivityLog, openActivityLog } from '../open-activity-log.ts'
import { fill, readIntent, testClock, testFolder, tidy } from '../test-log.ts'

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

// What the classes of OCSF 1.9.0 require, as far as we use them.
const endpoint = z.object({ hostname: z.string(), port: z.number().int().optional() })
const actor = z.object({ application: z.object({ name: z.string(), uid: z.string() }) })
const device = z.object({ type_id: z.number().int(), hostname: z.string() })
const named = (activities: number[]) => ({
  activity_id: z.union([z.literal(99), ...activities.map((id) => z.literal(id))]),
})
const base = z.object({
  activity_id: z.number().int(),
  activity_name: z.string(),
  category_uid: z.number().int(),
  class_uid: z.number().int(),
  type_uid: z.number().int(),
  time: z.number().int(),
  severity_id: z.number().int().min(0).max(6),
  message: z.string(),
  status_id: z.number().int().min(0).max(6),
  metadata: z.object({
    version: z.literal('1.9.0'),
    product: z.object({ name: z.string(), vendor_name: z.string() }),
    uid: z.string(),
    profiles: z.array(z.enum(['ai_operation', 'security_control', 'host'])),
  }),
  action_id: z.union([z.literal(1), z.literal(2)]).optional(),
  disposition_id: z.number().int().optional(),
  ai_agent: z
    .object({ uid: z.string(), name: z.string(), type_id: z.number(), instance_uid: z.string().optional() })
    .optional(),
})
const classes: Record<number, z.ZodType> = {
  1001: base.extend({
    ...named([1, 2, 3, 4, 5, 8]),
    category_uid: z.literal(1),
    actor,
    device,
    file: z.object({ name: z.string(), type_id: z.number() }),
  }),
  1007: base.extend({
    ...named([1]),
    category_uid: z.literal(1),
    actor,
    device,
    process: z.object({ name: z.string(), cmd_line: z.string() }),
  }),
  1011: base.extend({
    ...named([1, 2, 3]),
    category_uid: z.literal(1),
    actor,
    device,
    clipboard: z.object({}),
  }),
  2004: base.extend({
    ...named([1]),
    category_uid: z.literal(2),
    finding_info: z.object({ uid: z.string(), title: z.string() }),
  }),
  4002: base.extend({
    ...named([1, 2, 3, 4, 5, 6, 7, 8, 9]),
    category_uid: z.literal(4),
    dst_endpoint: endpoint,
    http_request: z.object({ http_method: z.string(), url: z.object({ url_string: z.string() }) }),
  }),
  6002: base.extend({
    ...named([3, 4]),
    category_uid: z.literal(6),
    application: z.object({ name: z.string() }),
  }),
  6003: base.extend({
    ...named([]),
    category_uid: z.literal(6),
    actor,
    api: z.object({ operation: z.string() }),
    src_endpoint: endpoint,
  }),
}

describe('an export as OCSF', () => {
  it('makes valid events of the classes that fit', () => {
    const events = all('ocsf')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    for (const event of events) {
      const schema = classes[event.class_uid]
      expect(schema, event.class_name).toBeDefined()
      expect(schema?.safeParse(event).error?.issues ?? []).toEqual([])
      expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id)
    }
    expect(new Set(events.map((event) => event.class_uid))).toEqual(
      new Set([1001, 1007, 1011, 2004, 4002, 6002, 6003]),
    )
    expect(events.find((event) => event.class_uid === 4002)).toMatchObject({
      activity_id: 6,
      duration: 12,
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
