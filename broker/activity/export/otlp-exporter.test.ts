import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DocumentStore } from '../../ports.ts'
import { type OpenActivityLog, openActivityLog } from '../open-activity-log.ts'
import { fill, readIntent, testClock, testFolder } from '../test-log.ts'
import { createOtlpExporter, type OtlpExporter, type OtlpLimits } from './otlp-exporter.ts'

let at: ReturnType<typeof testFolder>
let log: OpenActivityLog
let server: Server
let received: { path: string | undefined; type: string | undefined; body: Record<string, never> }[]
let answer: (body: unknown) => { status: number; body?: string; headers?: Record<string, string> }
let exporter: OtlpExporter | null
let lost: { entries: number; over: boolean; why: string }[]
let documents: Map<string, unknown>
const store: DocumentStore = {
  get: (kind, id) => documents.get(`${kind}/${id}`),
  put: (kind, id, value) => void documents.set(`${kind}/${id}`, value),
  delete: () => {},
  list: () => [],
}
const endpoint = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

beforeEach(async () => {
  at = testFolder()
  documents = new Map()
  received = []
  lost = []
  answer = () => ({ status: 200, body: '{}' })
  exporter = null
  log = openActivityLog({ file: at.file, clock: testClock(), limits: { indexAt: 1e9 } })
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const { status, body: text = '', headers = {} } = answer(JSON.parse(body))
      if (status < 300)
        received.push({ path: request.url, type: request.headers['content-type'], body: JSON.parse(body) })
      response.writeHead(status, headers).end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  exporter?.close()
  await log.close()
  await new Promise((resolve) => server.close(resolve))
  at.remove()
})
const open = (limits: Partial<OtlpLimits> = {}) => {
  exporter = createOtlpExporter({
    entriesAfter: log.entriesAfter,
    head: () => log.head().seq,
    onEntry: log.onEntry,
    documents: store,
    http: fetch,
    source: { productVersion: '1.2.3', hostname: 'here' },
    limits: { gatherMs: 1, backoffMs: 5, longestBackoffMs: 20, ...limits },
    onLost: (told) => lost.push(told),
  })
  return exporter
}
async function until(holds: () => boolean): Promise<void> {
  for (let n = 0; n < 300 && !holds(); n++) await sleep(10)
  expect(holds()).toBe(true)
}
interface LogRecord {
  body: { stringValue: string }
  attributes: { key: string; value: object }[]
}
const recordsIn = (body: unknown): LogRecord[] =>
  (body as { resourceLogs: { scopeLogs: { logRecords: LogRecord[] }[] }[] }).resourceLogs[0]?.scopeLogs[0]
    ?.logRecords ?? []
const records = () => received.flatMap(({ body }) => recordsIn(body))
const textOf = ({ body }: LogRecord) => body.stringValue

describe('sending to a collector', () => {
  it('sends nothing by default', async () => {
    open()
    fill(log, 5)
    await sleep(50)
    expect(received).toEqual([])
    expect(exporter?.state()).toMatchObject({ on: false, waiting: 0 })
  })

  it('sends what happens from when it was named, in order, each once, in the collector’s form', async () => {
    fill(log, 5)
    open({ batch: 4 }).setEndpoint(endpoint())
    fill(log, 6, 100)
    log.append(
      readIntent(9, {
        tool: { name: 'files', version: '1.0.0', hash: 'a'.repeat(64) },
        decision: 'deny',
        kind: 'decision',
        ok: false,
      }),
    )
    await until(() => exporter?.state().waiting === 0)
    expect(received.every(({ path, type }) => path === '/v1/logs' && type === 'application/json')).toBe(true)
    expect(records()).toHaveLength(13)
    expect(records().map(({ body }) => body.stringValue)[0]).toBe('Read ~/Documents/note-100.md')
    const last = Object.fromEntries(
      (records().at(-1)?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]),
    )
    expect(last).toMatchObject({
      'gen_ai.agent.id': 'agent_tidy',
      'gen_ai.tool.name': 'files',
      'sallyport.decision': 'deny',
      'file.path': '/home/me/Documents/note-9.md',
    })
    expect(records().at(-1)).toMatchObject({
      severityNumber: 13,
      timeUnixNano: expect.stringMatching(/^\d{19}$/),
    })
  })

  it('waits and tries again while the collector fails, and loses nothing', async () => {
    let left = 3
    answer = () => (left-- > 0 ? { status: 503 } : { status: 200, body: '{}' })
    open().setEndpoint(`${endpoint()}/custom/`)
    fill(log, 3)
    await until(() => exporter?.state().waiting === 0)
    expect(records()).toHaveLength(6)
    expect(received[0]?.path).toBe('/custom/v1/logs')
    expect(exporter?.state().fault).toBe('')
  })

  it('waits longer after each failure, up to a bound', async () => {
    const tries: number[] = []
    answer = () => {
      tries.push(performance.now())
      return { status: 503 }
    }
    open({ backoffMs: 40, longestBackoffMs: 160 }).setEndpoint(endpoint())
    fill(log, 1)
    await until(() => tries.length >= 6)
    const pauses = tries.slice(1).map((time, n) => time - (tries[n] as number))
    // Three quarters of it at least: 40, 80, 160, 160, 160. How much later it comes is the machine's affair.
    for (const [n, least] of [30, 60, 120, 120, 120].entries())
      expect(pauses[n], JSON.stringify(pauses)).toBeGreaterThanOrEqual(least - 2)
    expect(exporter?.state().fault).toContain('503')
  })

  it.each([
    ['seconds', () => '1', 900, 1],
    ['a date', () => new Date(Date.now() + 2_000).toUTCString(), 900, 1],
    ['nonsense', () => 'soon', 0, 2],
    ['less than nothing', () => '-5', 0, 2],
  ])('waits as long as the collector asks: %s', async (_, header, least, most) => {
    const tries: number[] = []
    answer = () => {
      tries.push(performance.now())
      return tries.length <= most
        ? { status: 429, headers: { 'retry-after': header() } }
        : { status: 200, body: '{}' }
    }
    open().setEndpoint(endpoint())
    fill(log, 2)
    await until(() => exporter?.state().waiting === 0)
    expect((tries[1] as number) - (tries[0] as number)).toBeGreaterThanOrEqual(least)
    expect(records()).toHaveLength(4)
  })

  it('does not hammer a collector that asks for more time than a timer can bear', async () => {
    let tries = 0
    answer = () => {
      tries++
      return { status: 503, headers: { 'retry-after': '99999999999' } }
    }
    open().setEndpoint(endpoint())
    fill(log, 1)
    await until(() => tries === 1)
    await sleep(100)
    expect(tries).toBe(1)
  })

  it('loses nothing while nobody listens, nor while the collector takes a request and says nothing', async () => {
    const to = endpoint()
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    open({ timeoutMs: 200, batch: 3 }).setEndpoint(to)
    fill(log, 4)
    await until(() => /can’t be reached/.test(exporter?.state().fault ?? ''))
    expect(exporter?.state()).toMatchObject({ waiting: 8, skipped: 0 })

    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve))
    await until(() => /timeout|aborted/i.test(exporter?.state().fault ?? ''))
    expect(exporter?.state()).toMatchObject({ waiting: 8, skipped: 0 })
    silent.closeAllConnections()
    await new Promise((resolve) => silent.close(resolve))

    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    fill(log, 1, 50)
    await until(() => exporter?.state().waiting === 0)
    expect(records().map(({ body }) => body.stringValue)).toEqual(
      log.entriesAfter(1, 100).map(({ subject }) => subject),
    )
    expect(exporter?.state()).toMatchObject({ skipped: 0, fault: '' })
  })

  it('reads no more of an answer than it needs, however long the collector goes on', async () => {
    let letGo = false
    const endless = createServer((request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = setInterval(() => response.write(Buffer.alloc(64 * 1024, 32)), 5)
      response.on('close', () => {
        letGo = true
        clearInterval(more)
      })
    })
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve))
    // Time alone would not end it within this test.
    open({ timeoutMs: 600_000 }).setEndpoint(`http://127.0.0.1:${(endless.address() as AddressInfo).port}`)
    fill(log, 4)
    await until(() => exporter?.state().waiting === 0)
    await until(() => letGo)
    expect(exporter?.state()).toMatchObject({ skipped: 0, fault: '' })
    endless.closeAllConnections()
    await new Promise((resolve) => endless.close(resolve))
  })

  it('says how much was lost beyond the bound, and sends the rest', async () => {
    let away = true
    answer = () => (away ? { status: 503 } : { status: 200, body: '{}' })
    open({ backlog: 10 }).setEndpoint(endpoint())
    fill(log, 20)
    await until(() => exporter?.state().skipped === 30)
    away = false
    await until(() => exporter?.state().waiting === 0)
    expect(records()).toHaveLength(10)
    expect(exporter?.state().skipped).toBe(30)
    // Once when it began, once when it was over.
    expect(lost.map(({ over }) => over)).toEqual([false, true])
    expect(lost.at(-1)?.entries).toBe(30)
  })

  it('goes on after a restart where it was, also when the collector was away', async () => {
    answer = () => ({ status: 500 })
    open().setEndpoint(endpoint())
    fill(log, 2)
    await until(() => (exporter?.state().fault ?? '') !== '')
    exporter?.close()
    answer = () => ({ status: 200 })
    open().setEndpoint(endpoint())
    await until(() => exporter?.state().waiting === 0)
    // What was on its way when the first one was closed may have been taken, and is sent again then.
    expect(new Set(records().map((record) => JSON.stringify(record))).size).toBe(4)
  })

  it('says what a collector takes and drops', async () => {
    answer = () => ({
      status: 200,
      body: '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}',
    })
    open({ batch: 8 }).setEndpoint(endpoint())
    fill(log, 4)
    await until(() => exporter?.state().waiting === 0)
    expect(exporter?.state().fault).toBe('The collector dropped 2 entries: too old')
  })

  it('sends less at once where that is too much for the collector, and loses nothing', async () => {
    answer = (body) => ({ status: recordsIn(body).length > 3 ? 413 : 200, body: '{}' })
    open({ batch: 16 }).setEndpoint(endpoint())
    fill(log, 12)
    await until(() => exporter?.state().waiting === 0)
    expect(records().map(textOf)).toEqual(log.entriesAfter(1, 100).map(({ subject }) => subject))
    expect(exporter?.state()).toMatchObject({ skipped: 0, fault: '' })
    expect(lost).toEqual([])
  })

  it('drops no more than the one entry that will never be taken, and says so', async () => {
    answer = (body) => ({
      status: recordsIn(body).some((record) => textOf(record).includes('Documents/note-5')) ? 400 : 200,
      body: '{}',
    })
    open({ batch: 16 }).setEndpoint(endpoint())
    fill(log, 10)
    await until(() => exporter?.state().waiting === 0)
    const written = log.entriesAfter(1, 100).map(({ subject }) => subject)
    expect(records().map(textOf)).toEqual(written.filter((subject) => !subject.includes('Documents/note-5')))
    expect(exporter?.state().skipped).toBe(1)
    expect(lost).toEqual([{ entries: 1, over: true, why: 'refused' }])
  })

  it('asks a collector that takes nothing ever less often, and complains once', async () => {
    let tries = 0
    answer = () => {
      tries++
      return { status: 400 }
    }
    open({ batch: 2, backoffMs: 20, longestBackoffMs: 1_000 }).setEndpoint(endpoint())
    fill(log, 30)
    await until(() => tries >= 4)
    await sleep(150)
    expect(tries).toBeLessThan(12)
    expect(lost).toHaveLength(1)
  })

  it('sends nothing to where a collector sends it on', async () => {
    let elsewhere = 0
    const other = createServer((_, response) => {
      elsewhere++
      response.end('{}')
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v1/logs`
    answer = () => ({ status: 307, headers: { location } })
    open().setEndpoint(endpoint())
    fill(log, 2)
    await until(() => /307/.test(exporter?.state().fault ?? ''))
    expect(exporter?.state()).toMatchObject({ waiting: 4, skipped: 0 })
    expect(elsewhere).toBe(0)
    await new Promise((resolve) => other.close(resolve))
  })

  it('goes on when the disk is full for a while and the cursor can’t be kept', async () => {
    const put = store.put
    let full = false
    store.put = (...given) => {
      if (full) throw new Error('database or disk is full')
      put(...given)
    }
    try {
      open({ batch: 2 }).setEndpoint(endpoint())
      full = true
      fill(log, 3)
      await until(() => /disk is full/.test(exporter?.state().fault ?? ''))
      full = false
      await until(() => exporter?.state().waiting === 0)
      expect(new Set(records().map(textOf)).size).toBe(6)
    } finally {
      store.put = put
    }
  })

  it('bounds how far behind it may be', async () => {
    answer = () => ({ status: 503 })
    open({ backlog: 10 }).setEndpoint(endpoint())
    fill(log, 20)
    await until(() => (exporter?.state().skipped ?? 0) >= 30)
    expect(exporter?.state().waiting).toBe(10)
  })

  it('refuses what is no address of a collector', () => {
    expect(() => open().setEndpoint('ftp://x')).toThrow(/https/)
    expect(() => open().setEndpoint('nonsense')).toThrow()
  })
})
