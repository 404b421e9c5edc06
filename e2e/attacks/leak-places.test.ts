/**
 * Each place where the value of a stored secret could come to light, tried on the real broker with a real keychain: a
 * run whose model, tools, pages, programs and files are full of it, in several encodings. Then all that a person, a
 * model, a file or a peer has got of it is looked through. Each place also holds a mark that stood beside the value,
 * so that nothing passes for clean because nothing came there.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Broker, makeBroker } from '../../broker/make-broker.ts'
import { AgentInput } from '../../contract/agent.ts'
import type { Answer, Question } from '../../contract/consent.ts'
import { sallyportPaths } from '../../contract/paths.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import { SecretRules } from '../../contract/secret.ts'
import { type Desktop, startDesktop } from '../harness/desktop.ts'
import { startEchoServer } from '../harness/echo-server.ts'
import { startModelServer } from '../harness/model-server.ts'
import { until } from '../harness/time-limit.ts'

const VALUE = 'vault-7f3a91c2e8d4b605'
const YOU = { surface: 'page', name: 'you, in a test' } as const
const WINDOW = { surface: 'consent', name: 'you, in a test' } as const
const bytes = [...Buffer.from(VALUE)].map((byte) => byte.toString(16).padStart(2, '0'))
const WRITTEN: Record<string, string> = {
  plain: VALUE,
  url: bytes.map((byte) => `%${byte}`).join(''),
  base64: Buffer.from(`key=${VALUE}`).toString('base64'),
  hex: bytes.join(''),
}
const markOf = (how: string) => `beside-${how}`

let desktop: Desktop
let broker: Broker
let model: Awaited<ReturnType<typeof startModelServer>>
let echo: Awaited<ReturnType<typeof startEchoServer>>
/** All that came to light, by place. */
const seen: Record<string, string> = {}
const keep = (place: string, what: unknown) => {
  seen[place] = `${seen[place] ?? ''}\n${typeof what === 'string' ? what : JSON.stringify(what)}`
}

beforeAll(async () => {
  desktop = await startDesktop()
  model = await startModelServer()
  echo = await startEchoServer()
  const paths = sallyportPaths(desktop.env, process.platform, desktop.home)
  const work = path.join(desktop.home, 'work')
  mkdirSync(work)
  mkdirSync(path.join(paths.data, 'tools'), { recursive: true })
  cpSync(path.resolve(import.meta.dirname, '../fixtures/tools/hands'), path.join(paths.data, 'tools/hands'), {
    recursive: true,
  })
  broker = await makeBroker({
    ...{ paths, home: desktop.home, env: desktop.env, node: process.execPath, version: '0' },
    dist: path.resolve(import.meta.dirname, '../../dist'),
    ...{ parent: 'shell', lasting: true },
    emit(event, payload) {
      if (event === 'questions') answerFirst((payload as { questions: Question[] }).questions)
      if (event === 'desktop') playDesktop(payload as { id: string; do: string })
      keep(event === 'desktop' ? 'what the desktop was told' : 'what the window is told', payload)
    },
  })
  broker.rooms.desktop.setAvailable(true)
  await broker.rooms.vaultOpened
  await broker.api['consent.surface']({ available: true }, { surface: 'shell', name: 'shell' })
  const rules = SecretRules.parse({ name: 'bank', bindings: [{ host: 'bank.example' }] })
  await broker.api['secrets.add']({ rules, value: VALUE }, YOU)
  for (const how of Object.keys(WRITTEN)) await runFull(how, work)
  await gather(paths.data, work)
}, 300_000)
afterAll(async () => {
  await broker?.close()
  await Promise.all([model?.close(), echo?.close()])
  await desktop?.stop()
})

/** The person looks at each question and says yes. */
const answered = new Set<string>()
function answerFirst([question]: Question[]): void {
  if (!question || answered.has(question.hash)) return
  answered.add(question.hash)
  keep('a question', question)
  const { id: questionId, hash } = question
  const answer = { questionId, hash, answer: 'allow', scope: 'once', step: 0, reason: '' } as const
  const rest = { rememberDeny: false, pauseAgent: false, shownMs: 1 }
  const say = async () => {
    await broker.api['consent.shown']({ questionId, hash }, WINDOW)
    const full: Answer = { ...answer, ...rest }
    await until(
      async () => (await broker.api['consent.answer'](full, WINDOW)).why.includes('counts from') === false,
      10_000,
      'answering',
    )
  }
  setTimeout(() => void say().catch(() => {}), 0)
}

/** The clipboard holds the value in the encoding of this run. */
let clipboard = ''
function playDesktop(action: { id: string; do: string }): void {
  const text = action.do === 'clipboard.read' ? clipboard : ''
  setTimeout(() => broker.rooms.desktop.reply({ id: action.id, ok: true, text }), 0)
}

/** One run in which the value comes from everywhere and is sent everywhere. */
async function runFull(how: string, work: string): Promise<void> {
  const written = `${markOf(how)} ${WRITTEN[how]}`
  clipboard = written
  const old = path.join(work, `old-${how}.txt`)
  const asked = path.join(work, 'asked')
  mkdirSync(asked, { recursive: true })
  const own = path.join(asked, `own-${how}.txt`)
  for (const file of [old, own]) writeFileSync(file, `first line\n${written}\n`)
  const half = written.length >> 1
  echo.answer(`/page-${how}`, async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write(written.slice(0, half))
    await new Promise((resolve) => setTimeout(resolve, 20))
    response.end(written.slice(half))
  })
  const to = `${echo.origin}/take`
  const script = `printf '%s' '${written.slice(0, half)}'; sleep 0.1; cat ${old} >&2; cat ${old}; exit 3`
  const one = (name: string, input: unknown) => ({ text: `Now ${written}`, toolCalls: [{ name, input }] })
  const turns = [
    one('files__read', { path: old }),
    one('web__request', { url: `${echo.origin}/page-${how}` }),
    one('hands__paste', {}),
    one('commands__run', { argv: ['sh', '-c', `cat ${old}; cat ${old} >&2; exit 3`], folder: work }),
    one('hands__run', { script, cwd: work }),
    one('web__request', { url: to, method: 'POST', body: written }),
    one('web__request', { url: `${to}?q=${encodeURIComponent(written)}` }),
    one('web__request', { url: to, headers: { 'X-Note': written } }),
    one('files__write', { path: path.join(work, `new-${how}.txt`), text: written }),
    one('files__write', { path: `/srv/${how}.txt`, text: written }),
    one('files__write', { path: old, text: 'first line\nsecond\n', mode: 'replace' }),
    one('files__write', { path: own, text: 'first line\nthird\n', mode: 'replace' }),
    one('hands__copy', { text: written }),
    one('hands__tell', { title: written, times: 1 }),
    one('hands__open', { target: `https://example.org/?q=${encodeURIComponent(written)}` }),
    { text: `I know it: ${written}, and that is all.` },
  ]
  model.says(turns)
  const hosts = [{ scheme: 'http', host: '127.0.0.1', port: echo.port, methods: ['GET', 'POST'] }]
  const perimeter = Perimeter.parse({
    folders: [
      { path: work, read: 'allow', write: 'allow' },
      { path: asked, read: 'allow', write: 'ask' },
    ],
    hosts: hosts.map((host) => ({ ...host, read: 'allow', send: 'allow' })),
    commands: [{ program: 'sh', run: 'allow' }],
    tools: ['files', 'web', 'commands', 'hands'].map((name) => ({ name })),
    clipboard: { read: 'ask', write: 'ask' },
  })
  const choice = { provider: 'openai-compatible' as const, model: model.modelName, baseUrl: model.baseUrl }
  const agent = await broker.api['agents.create'](
    AgentInput.parse({ name: `Agent ${how}`, model: choice, perimeter }),
    YOU,
  )
  const prompt = `Do all of it in ${work}. My key is ${written}`
  const { id } = await broker.api['runs.start']({ agentId: agent.id, prompt }, YOU)
  await broker.rooms.runs.whenEnded(id)
  const run = await broker.api['runs.get']({ id }, YOU)
  keep('a run as it is shown', run)
  keep('the preview of undo', await broker.api['runs.undoPreview']({ id }, YOU))
}

async function gather(data: string, work: string): Promise<void> {
  const marks = Object.keys(WRITTEN).map(markOf).join(' ')
  keep('what a model reads', model.requests)
  keep('what a server receives', marks)
  keep('what a server receives', echo.received)
  keep('a file that a tool wrote', marks)
  for (const name of readdirSync(work).filter((each) => each.startsWith('new-')))
    keep('a file that a tool wrote', readFileSync(path.join(work, name), 'utf8'))
  for (const how of Object.keys(WRITTEN))
    broker.rooms.onFault(new Error(`It broke at ${markOf(how)} ${WRITTEN[how]}`))
  const why = Object.entries(WRITTEN).map(([how, text]) => `${markOf(how)} ${text}`)
  const incident = await broker.api['incident.start']({ why: why.join(', ') }, YOU)
  const files = readdirSync(incident.folder, { recursive: true, withFileTypes: true })
  for (const file of files.filter((each) => each.isFile()))
    keep('the bundle of an incident', readFileSync(path.join(file.parentPath, file.name), 'utf8'))
  for (const format of ['jsonl', 'csv', 'ocsf'] as const)
    keep(
      'an export of the record',
      await broker.api['activity.export']({ format, text: '', after: 0, limit: 5000 }, YOU),
    )
  await broker.rooms.log.sync()
  keep('the files that Sallyport keeps', marks)
  for (const name of readdirSync(data).filter((each) => /\.(db|db-wal|log)$/.test(each)))
    keep('the files that Sallyport keeps', readFileSync(path.join(data, name), 'latin1'))
  keep('the log of faults', readFileSync(path.join(data, 'diagnostic.log'), 'utf8'))
}

const PLACES = [
  'what a model reads',
  'a run as it is shown',
  'what the window is told',
  'what a server receives',
  'a file that a tool wrote',
  'a question',
  'the preview of undo',
  'the bundle of an incident',
  'an export of the record',
  'the files that Sallyport keeps',
  'the log of faults',
]

describe('a value does not come to light', () => {
  for (const place of PLACES)
    test(`in ${place}, however it is written`, () => {
      for (const [how, text] of Object.entries(WRITTEN)) {
        const around = (seen[place] ?? '').toLowerCase()
        expect(around, `${place} got nothing of ${how}`).toContain(markOf(how))
        const at = around.indexOf(text.toLowerCase())
        expect(at < 0 ? '' : around.slice(Math.max(0, at - 400), at + 60), how).toBe('')
      }
    })

  test('on the desktop: nothing of it is shown, copied or opened', () => {
    const told = seen['what the desktop was told'] ?? ''
    expect(told).toContain('clipboard.read')
    for (const [how, text] of Object.entries(WRITTEN)) expect(told, how).not.toContain(text)
  })
})
