/** Every capability takes a permit for what it does, once. Nothing here decides: permits are made as the gate makes them. */
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { failed, ok } from '../../contract/outcome.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import { OPERATIONS, type OperationName } from '../../contract/request.ts'
import { mintPermit } from '../gate/permit.ts'
import { killBubblewrap } from '../lanes/kill-bubblewrap.ts'
import type { CapabilityModule, ContainedPrograms, Prepared } from '../ports.ts'
import { createLeakScanner } from '../secrets/leak-scanner.ts'
import { openDocumentStore } from '../store/documents.ts'
import { type CapabilityDeps, createCapabilities } from './list-capabilities.ts'
import { noUndo, type PlayedGate, playGate } from './testing/play-gate.ts'

let top: string
let server: http.Server
/** All that anything did outside of the folder. */
let done: string[]
let modules: CapabilityModule[]
let gate: PlayedGate

const contained: ContainedPrograms = {
  name: 'played',
  available: () => ({ available: true, text: '', lacks: 'nothing' }),
  look: async () => ({ available: true, text: '', lacks: 'nothing' }),
  clearUp() {},
  end: async () => ({}),
  close: async () => {},
  async start() {
    done.push('a program')
    return failed('io', 'Nothing runs here.')
  },
}

beforeAll(async () => {
  server = http.createServer((_request, response) => {
    done.push('a request')
    response.end('fine')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
})
afterAll(() => void server.close())

beforeEach(() => {
  done = []
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-permits-')))
  fs.mkdirSync(path.join(top, 'work'))
  fs.writeFileSync(path.join(top, 'work', 'a.txt'), 'old')
  const vault = {
    info: () => null,
    refusal: () => null,
    async add() {
      done.push('a secret')
      return failed('io', 'Nothing is kept here.')
    },
  } as unknown as CapabilityDeps['vault']
  const desktop: CapabilityDeps['desktop'] = {
    unable: () => null,
    async do(action) {
      // Reading it is part of the question: how much there is.
      if (action.do !== 'clipboard.read') done.push(action.do)
      return ok('copied')
    },
  }
  const leaks = createLeakScanner() as unknown as CapabilityDeps['leaks']
  modules = createCapabilities({
    endSandbox: killBubblewrap,
    ...{ ownPaths: [path.join(top, 'own')], home: top, env: {}, clock: Date.now },
    ...{ undo: noUndo(), documents: openDocumentStore({ file: path.join(top, 'state.db') }) },
    ...{ vault, leaks, desktop, contained, stop: { register: () => () => {} } },
  })
  gate = playGate(modules, mintPermit)
})
afterEach(() => fs.rmSync(top, { recursive: true, force: true }))

const work = (name: string) => path.join(top, 'work', name)
const REQUESTS: Partial<Record<OperationName, () => object>> = {
  'fs.readFile': () => ({ path: work('a.txt') }),
  'fs.list': () => ({ path: work('') }),
  'fs.writeFile': () => ({ path: work('a.txt'), data: 'new' }),
  'fs.trash': () => ({ paths: [work('a.txt')] }),
  'net.fetch': () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }),
  'command.run': () => ({ argv: ['true'], cwd: work('') }),
  'secret.request': () => ({ name: 'token', purpose: 'to try', hosts: ['example.org'] }),
  'clipboard.read': () => ({}),
  'clipboard.write': () => ({ text: 'put' }),
  notify: () => ({ title: 'Hello' }),
  open: () => ({ target: 'https://example.org/' }),
}
const operations = Object.keys(REQUESTS) as OperationName[]
const perimeter = () =>
  Perimeter.parse({
    folders: [{ path: work(''), read: 'allow', write: 'allow' }],
    hosts: [{ host: '127.0.0.1', scheme: 'http', port: (server.address() as AddressInfo).port }],
  })

async function prepared(operation: OperationName): Promise<Prepared> {
  const made = await gate.prepare(operation, REQUESTS[operation]?.() ?? {}, { perimeter: perimeter() })
  if (made.kind !== 'ok') throw new Error(`not prepared: ${JSON.stringify(made)}`)
  return made.value
}

test('each capability is asked here', () => {
  const missing = modules.filter((module) => !operations.some((name) => module.operations.includes(name)))
  expect(missing.map((module) => module.operations)).toEqual([])
  expect(new Set(operations.map((name) => OPERATIONS[name].capability)).size).toBe(operations.length)
})

test.each(
  operations,
)('%s is done by no permit for another request, or for another effect', async (operation) => {
  const mine = await prepared(operation)
  try {
    for (const other of [{ binding: `${mine.binding}x` }, { capability: 'model.call' as const }])
      await expect(gate.perform(mine, { perimeter: perimeter() }, other)).rejects.toThrow(/does not fit/)
    expect(done).toEqual([])
    expect(fs.readFileSync(work('a.txt'), 'utf8')).toBe('old')
  } finally {
    mine.dispose()
  }
})

test.each(operations)('%s is done by no permit that was used before', async (operation) => {
  const mine = await prepared(operation)
  try {
    await expect(gate.perform(mine, { perimeter: perimeter() }, { used: true })).rejects.toThrow(
      /used before/,
    )
    expect(done).toEqual([])
    expect(fs.readFileSync(work('a.txt'), 'utf8')).toBe('old')
  } finally {
    mine.dispose()
  }
})

test('what is no permit, but looks like one, has no facts and is taken by nobody', async () => {
  const mine = await prepared('fs.writeFile')
  const permit = mintPermit({
    ...{ principalId: 'agent_test', principalName: 'Test', tool: null, runId: null, callId: 'call_test' },
    ...{ capability: 'fs.write', binding: mine.binding, intent: 1 },
  })
  const forged = Object.create(Object.getPrototypeOf(permit), Object.getOwnPropertyDescriptors(permit))
  expect(() => forged.facts).toThrow('Not a permit')
  expect(() => forged.consume('fs.write', mine.binding)).toThrow()
  const maker = Object.getPrototypeOf(permit).constructor
  expect(() => maker.mint(Symbol('the gate'), permit.facts)).toThrow('made by the gate only')
  mine.dispose()
})
