import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Grant } from '../../contract/grant.ts'
import type { Incident } from '../../contract/incident.ts'
import type { SecretInfo } from '../../contract/secret.ts'
import { canonicalJson } from '../activity/canonical-json.ts'
import { type OpenActivityLog, openActivityLog } from '../activity/open-activity-log.ts'
import { type OpenDocumentStore, openDocumentStore } from '../store/documents.ts'
import type { IncidentParts } from './incident/incident-parts.ts'
import { createIncidents } from './incident.ts'
import { createStopSwitch } from './stop-switch.ts'

let folder: string
let log: OpenActivityLog
let store: OpenDocumentStore
let secrets: SecretInfo[]
let lockedSecrets: boolean[]
let now = 1_750_000_000_000
const clock = () => now++
const VALUE = 'ghp_0123456789abcdefghijABCDEFGHIJ'

const secret = (name: string): SecretInfo => ({
  ...{ name, kind: 'token', bindings: [], tools: ['*'], agents: ['*'], expiresAt: null },
  ...{ rotateUrl: `https://provider.example/rotate/${name}`, createdAt: 1, rotatedAt: null, lastUse: null },
  ...{ uses: 1, revokedAt: null, present: true, formerUntil: null },
})
const TOOL = {
  ...{ name: 'web', version: '1.0.0', hash: 'ab'.repeat(32), from: 'installed' as const, title: 'Web' },
  ...{ modules: { main: 'export const code = 1' }, manifest: { functions: [] } },
}
const grant = { id: 'g_1', words: 'Write in ~/Documents', uses: 3, madeAt: 5 } as Grant

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'incident-'))
  log = openActivityLog({ file: path.join(folder, 'activity.db'), clock, limits: { indexAt: 1e9 } })
  store = openDocumentStore({ file: path.join(folder, 'state.db') })
  secrets = [secret('github')]
  lockedSecrets = []
  const agent = { id: 'agent_1', kind: 'agent', name: 'Tidy <b>bold</b>' } as const
  const needs = [
    {
      capability: 'net.request',
      resource: {
        kind: 'url',
        method: 'POST',
        url: 'https://paste.example/',
        scheme: 'https',
        host: 'paste.example',
        port: 443,
        path: '/',
        privateAddress: false,
      },
    },
    {
      capability: 'secret.use',
      resource: { kind: 'secret', name: 'github', to: 'https://paste.example:443' },
    },
  ]
  log.append({
    kind: 'intent',
    subject: 'Send notes.md',
    principal: agent,
    capability: 'net.request',
    decision: 'allow',
    details: { needs, bytesOut: 77 },
  })
  // Asked for only: nothing was sent by that, least of all to a host that the person struck out.
  log.append({
    kind: 'intent',
    subject: 'Ask you for the secret github',
    principal: agent,
    capability: 'secret.use',
    decision: 'allow',
    details: {
      needs: [
        {
          capability: 'secret.use',
          resource: {
            kind: 'secret',
            name: 'github',
            to: 'https://a.example https://b.example',
            asked: true,
          },
        },
      ],
    },
  })
  log.append({
    kind: 'intent',
    subject: `Send ${VALUE}`,
    principal: agent,
    capability: 'net.request',
    decision: 'allow',
  })
  log.append({
    kind: 'decision',
    subject: 'Send again',
    principal: agent,
    capability: 'net.request',
    decision: 'deny',
    details: { needs: [needs[0]], bytesOut: 1_000 },
  })
  log.append({
    kind: 'decision',
    subject: 'Follow a redirect',
    principal: agent,
    capability: 'net.request',
    decision: 'allow',
    details: { needs: [needs[0]], bytesOut: 11 },
  })
  log.append({
    kind: 'alert',
    subject: 'A new host after outside text',
    details: { rule: 'new-host-after-outside-text' },
  })
})
afterEach(async () => {
  await log.close()
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

function incidents(more: Partial<IncidentParts> = {}) {
  const stop = createStopSwitch({ store, clock, log, file: null })
  let atWork = true
  stop.register({
    name: 'lane',
    async end() {
      if (!atWork) return {}
      atWork = false
      return { processes: 2, alreadyLeft: ['POST https://paste.example/: 77 bytes sent'] }
    },
  })
  const look = (text: string) => ({ hits: [], redacted: text.replaceAll(VALUE, '[secret:github]') })
  const made = createIncidents({
    ...{ log, stop, store, clock, folder: path.join(folder, 'incidents') },
    leaks: { scan: look, brief: look },
    revokeTokens: async () => 2,
    lockSecrets: (locked) => void lockedSecrets.push(locked),
    grants: () => [grant],
    policies: () => [{ name: 'policy.jsonc', text: `{ "note": "${VALUE}" }` }],
    // As the catalog has it: with the code.
    tools: () => [TOOL],
    secrets: () => secrets,
    changedFiles: () => [
      {
        path: '/home/me/<script>alert(1)</script>.md',
        from: null,
        what: 'changed',
        at: 1,
        runId: null,
        beforeImage: 'img1',
      },
    ],
    ...more,
  })
  return { ...made, stop }
}
const read = (state: { folder: string }, name: string) => readFileSync(path.join(state.folder, name), 'utf8')

describe('an incident', () => {
  it('writes what it can when the record can not be read', async () => {
    const broken = Object.create(log, {
      entriesAfter: {
        value: () => {
          throw new Error('disk I/O error')
        },
      },
    }) as OpenActivityLog
    const state = await incidents({ log: broken }).start({ by: 'you' })
    expect(lockedSecrets).toEqual([true])
    expect(state.faults.join()).toContain('disk I/O error')
    expect(state.files).toContain('manifest.json')
  })

  it('tells when its list is there, when a step is done, and when it is over', async () => {
    const made = incidents()
    const told: (number | null)[] = []
    made.onChange(
      () =>
        void made
          .current()
          .then((now) => told.push(now?.checklist.filter(({ doneAt }) => doneAt).length ?? null)),
    )
    await made.start({ by: 'you' })
    await vi.waitFor(() => expect(told).toEqual([0]))
    await made.tick('read-report', 'you')
    await vi.waitFor(() => expect(told).toEqual([0, 1]))
    await made.end('you')
    await vi.waitFor(() => expect(told.at(-1)).toBeNull())
  })

  it('leaves the secrets locked when that they are unlocked can not be recorded', async () => {
    let full = false
    const filling = Object.create(log, {
      append: {
        value: (entry: Parameters<OpenActivityLog['append']>[0]) => {
          if (full) throw new Error('disk full')
          return log.append(entry)
        },
      },
    }) as OpenActivityLog
    const made = incidents({ log: filling })
    await made.start({ by: 'you' })
    full = true
    await expect(made.unlock('you')).rejects.toThrow('disk full')
    await expect(made.end('you')).rejects.toThrow('disk full')
    expect(lockedSecrets).toEqual([true])
    full = false
    await made.end('you')
    expect(lockedSecrets).toEqual([true, false])
  })

  it('stops, freezes, locks and revokes, and writes a bundle that is whole and private', async () => {
    const { start, stop } = incidents()
    const state = await start({ by: 'you, in the app', why: 'A paste went out.' })
    expect(state.faults).toEqual([])
    expect(stop.state().stopped).toBe(true)
    expect(lockedSecrets).toEqual([true])
    const manifest = JSON.parse(read(state, 'manifest.json')) as { sha256: Record<string, string> }
    expect(Object.keys(manifest.sha256).sort()).toEqual(
      state.files.filter((name) => name !== 'manifest.json').sort(),
    )
    for (const [name, hash] of Object.entries(manifest.sha256)) {
      expect(createHash('sha256').update(read(state, name)).digest('hex')).toBe(hash)
      expect(statSync(path.join(state.folder, name)).mode & 0o077).toBe(0)
    }
    expect(JSON.parse(read(state, 'hosts.json'))).toEqual([
      expect.objectContaining({ host: 'paste.example', requests: 1, refused: 1, bytesOut: 88 }),
    ])
    expect(JSON.parse(read(state, 'secrets.json'))).toEqual([
      expect.objectContaining({ name: 'github', uses: 1, to: ['https://paste.example:443'] }),
    ])
    expect(JSON.parse(read(state, 'alerts.json'))).toHaveLength(1)
    expect(JSON.parse(read(state, 'stop-receipt.json')).alreadyLeft).toEqual([
      'POST https://paste.example/: 77 bytes sent',
    ])
    expect(JSON.parse(read(state, 'proof.json'))).toMatchObject({
      verified: { ok: true },
      linesWithHiddenSecrets: [4],
    })
  })

  it('tells what an earlier stop had ended, and what had left by then', async () => {
    const { start, stop } = incidents()
    await stop.stop('you, in a terminal')
    now += 60_000
    const state = await start({ by: 'you, in the app' })
    expect(JSON.parse(read(state, 'stop-receipt.json'))).toMatchObject({
      processes: 2,
      alreadyLeft: ['POST https://paste.example/: 77 bytes sent'],
    })
    expect(read(state, 'report.md')).toContain('77 bytes sent')
  })

  it('hides secrets everywhere in it, and lets no text become markup', async () => {
    const state = await incidents().start({ by: 'you', why: '![x](http://evil.example/x.png) <img src=x>' })
    for (const name of readdirSync(state.folder, { recursive: true }) as string[]) {
      if (statSync(path.join(state.folder, name)).isFile()) expect(read(state, name)).not.toContain(VALUE)
    }
    const html = read(state, 'report.html')
    expect(html).not.toMatch(/<script|<img|<b>/)
    expect(html).toContain("default-src 'none'")
    expect(read(state, 'report.md')).not.toMatch(/[^\\]!\[|[^\\]<img|[^\\]<script/)
  })

  it('tells ports of one host apart; what is usual for https is not said', async () => {
    const reached = (scheme: string, host: string, port: number) =>
      log.append({
        kind: 'intent',
        subject: 'Fetch',
        capability: 'net.request',
        decision: 'allow',
        details: {
          needs: [
            {
              capability: 'net.request',
              resource: {
                ...{ kind: 'url', method: 'GET', url: `${scheme}://${host}:${port}/`, scheme, host, port },
                ...{ path: '/', privateAddress: false },
              },
            },
          ],
        },
      })
    reached('https', 'paste.example', 8443)
    reached('http', 'paste.example', 80)
    reached('http', 'paste.example', 443)
    reached('https', '[::1]', 8443)
    const state = await incidents().start({ by: 'you' })
    const hosts = JSON.parse(read(state, 'hosts.json')) as { host: string; requests: number }[]
    expect(hosts.map(({ host, requests }) => `${host} ${requests}`).sort()).toEqual([
      '[::1]:8443 1',
      'paste.example 1',
      'paste.example:443 1',
      'paste.example:80 1',
      'paste.example:8443 1',
    ])
    expect(read(state, 'report.md')).toContain('paste.example:8443')
    expect(state.checklist.find(({ id }) => id === 'review-hosts')?.text).toContain('5 hosts')
  })

  it('keeps the record provable line by line', async () => {
    const state = await incidents().start({ by: 'you' })
    const lines = read(state, 'timeline.jsonl').trimEnd().split('\n')
    const broken = lines.flatMap((line, n) => {
      const { hash, prev, ...entry } = JSON.parse(line)
      return createHash('sha256')
        .update(prev + canonicalJson(entry))
        .digest('hex') === hash
        ? []
        : [n + 1]
    })
    expect(broken).toEqual([4])
  })

  it('locks secrets and takes back tokens although stopping hangs first and fails then', async () => {
    let fail = (_: Error) => {}
    const hangs = new Promise<never>((_, reject) => {
      fail = reject
    })
    let revoked = 0
    const stop = { ...incidents().stop, stop: () => hangs }
    const starting = incidents({ stop, revokeTokens: async () => ++revoked }).start({ by: 'you' })
    expect(lockedSecrets).toEqual([true])
    fail(new Error('a listener broke'))
    const state = await starting
    expect(revoked).toBe(1)
    expect(state.faults).toEqual(['Stopping: a listener broke'])
    expect(state.files).toContain('report.html')
  })

  it('goes on when steps fail, and says which', async () => {
    writeFileSync(path.join(folder, 'blocked'), '')
    const { start, stop } = incidents({
      revokeTokens: () => Promise.reject(new Error('door closed')),
      grants: () => {
        throw new Error('no grants')
      },
      folder: path.join(folder, 'blocked', 'below'),
    })
    const state = await start({ by: 'you' })
    expect(stop.state().stopped).toBe(true)
    expect(lockedSecrets).toEqual([true])
    expect(state.faults.join('\n')).toMatch(/door closed[\s\S]*no grants[\s\S]*Writing the bundle/)
    expect(state.files).toEqual([])
  })

  it('puts the folder where it is asked to, and never writes over another', async () => {
    const made = incidents()
    const wanted = path.join(folder, 'here')
    const first = await made.start({ by: 'you', folder: wanted })
    const second = await made.start({ by: 'you', folder: wanted })
    expect(first.folder).not.toBe(second.folder)
    expect(existsSync(path.join(wanted, path.basename(first.folder), 'report.html'))).toBe(true)
  })
})

describe('what stood in changed files before', () => {
  const file = (n: number, more = {}) => ({
    ...{ path: `/home/me/${n}.md`, from: null, what: 'changed', at: n, runId: null, beforeImage: `img_${n}` },
    ...more,
  })
  const images: Record<string, Buffer | null> = {
    img_1: Buffer.from('plain words'),
    img_2: Buffer.from(`token = ${VALUE}`),
    img_3: Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from(VALUE)]),
    img_4: Buffer.from([0, 255, 1, 2]),
    img_5: Buffer.alloc(2 * 1024 * 1024, 'a'),
    img_6: null,
  }
  it('is in the bundle, without secrets, within limits, and what is not says why', async () => {
    const files = [1, 2, 3, 4, 5, 6].map((n) => file(n))
    const { start } = incidents({
      changedFiles: () => [...files, file(7, { beforeImage: null })],
      beforeImage: async (id) => images[id] ?? null,
    })
    const state = await start({ by: 'you' })
    expect(state.faults).toEqual([])
    const listed = JSON.parse(read(state, 'files.json')) as { path: string; before: string; note: string }[]
    const of = (n: number) => listed.find(({ path }) => path === `/home/me/${n}.md`)
    expect(read(state, of(1)?.before as string)).toBe('plain words')
    expect(read(state, of(2)?.before as string)).toBe('token = [secret:github]')
    expect(of(2)?.note).toContain('taken out')
    expect(of(3)).toMatchObject({ before: null, note: 'left out: it holds a secret' })
    expect(readFileSync(path.join(state.folder, of(4)?.before as string))).toEqual(images.img_4)
    expect(of(5)).toMatchObject({ before: null, note: expect.stringContaining('too large') })
    expect(of(6)).toMatchObject({ before: null, note: 'no longer kept' })
    expect(of(7)).toMatchObject({ before: null, note: '' })
    expect(state.files).toContain('before/img_1')
  })
})

describe('incident mode that is pressed again while an incident is open', () => {
  const doneOf = (state: Incident | null) =>
    state?.checklist.filter(({ doneAt }) => doneAt !== null).map(({ id }) => id)
  const useAgain = () =>
    log.append({
      kind: 'intent',
      subject: 'Send more',
      capability: 'secret.use',
      decision: 'allow',
      details: {
        needs: [
          {
            capability: 'secret.use',
            resource: { kind: 'secret', name: 'github', to: 'https://paste.example:443' },
          },
        ],
      },
    })

  it('stops, locks and writes a report of its own, and goes on with the same incident and what is ticked', async () => {
    const made = incidents()
    const first = await made.start({ by: 'you', why: 'A paste went out.' })
    secrets = [{ ...secret('github'), rotatedAt: now }]
    await made.tick('review-grants', 'you')
    await made.tick('read-report', 'you')
    await made.unlock('you')
    made.stop.resume('you')
    const again = await made.start({ by: 'somebody else' })
    expect(again).toMatchObject({ id: first.id, at: first.at, by: 'you', why: 'A paste went out.' })
    expect(again.folder).not.toBe(first.folder)
    expect(existsSync(path.join(first.folder, 'report.html'))).toBe(true)
    expect(made.stop.state().stopped).toBe(true)
    expect(lockedSecrets).toEqual([true, false, true])
    // The new report is unread, and the secrets are locked again.
    expect(doneOf(again)).toEqual(['rotate-github', 'review-grants'])
    expect(doneOf(await made.current())).toEqual(['rotate-github', 'review-grants'])
  })

  it('has a credential rotated once more that was used since, and files looked through that changed since', async () => {
    let changes = 1
    const change = (n: number) => ({
      ...{ path: `/home/me/${n}.md`, from: null, what: 'changed', at: n, runId: null, beforeImage: null },
    })
    // As many as before, and another one.
    const made = incidents({ changedFiles: () => [change(changes === 1 ? 1 : now)] })
    await made.start({ by: 'you' })
    secrets = [{ ...secret('github'), rotatedAt: now }]
    await made.tick('review-files', 'you')
    await made.current()
    useAgain()
    changes = 2
    const again = await made.start({ by: 'you' })
    expect(doneOf(again)).toEqual([])
    expect(doneOf(await made.current())).toEqual([])
    secrets = [{ ...secret('github'), rotatedAt: now }]
    expect(doneOf(await made.current())).toEqual(['rotate-github'])
  })

  it('keeps what the new report no longer reaches back to', async () => {
    const made = incidents()
    await made.start({ by: 'you' })
    now += 31 * 86_400_000
    const again = await made.start({ by: 'you' })
    expect(again.checklist.map(({ id }) => id)).toContain('rotate-github')
  })

  it('loses nothing when it is ended in its middle', async () => {
    const made = incidents()
    const first = await made.start({ by: 'you' })
    await made.tick('review-grants', 'you')
    await made.unlock('you')
    // Never comes to its end.
    void incidents({ revokeTokens: () => new Promise(() => {}) }).start({ by: 'you' })
    await vi.waitFor(() => expect(lockedSecrets.filter(Boolean).length).toBe(2))
    const left = await incidents().current()
    expect(left?.id).toBe(first.id)
    expect(doneOf(left)).toEqual(['review-grants'])
    expect(lockedSecrets.at(-1)).toBe(true)
  })
})

describe('the way back from an incident', () => {
  it('lists what to do, with the page of each credential, and ticks a credential when it was rotated', async () => {
    const made = incidents()
    const state = await made.start({ by: 'you' })
    const rotate = state.checklist.find(({ kind }) => kind === 'rotate')
    expect(rotate).toMatchObject({
      secret: 'github',
      url: 'https://provider.example/rotate/github',
      doneAt: null,
    })
    expect((await made.current())?.checklist).toEqual(state.checklist)
    secrets = [{ ...secret('github'), rotatedAt: now + 5 }]
    expect((await made.current())?.checklist.find(({ kind }) => kind === 'rotate')).toMatchObject({
      how: 'it was rotated',
    })
  })

  it('ticks a credential when its provider refuses the old value, and not while that may still work', async () => {
    const made = incidents()
    await made.start({ by: 'you' })
    const rotate = async () => (await made.current())?.checklist.find(({ kind }) => kind === 'rotate')?.how
    secrets = [{ ...secret('github'), rotatedAt: now + 5, formerUntil: now + 1e9 }]
    expect(await rotate()).toBe('')
    made.oldRefused('another')
    expect(await rotate()).toBe('')
    made.oldRefused('github')
    expect(await rotate()).toBe('the old one no longer works')
  })

  it('is ticked by a person, kept over a restart, and ended with the secrets unlocked', async () => {
    await incidents().start({ by: 'you' })
    const made = incidents()
    const state = await made.tick('read-report', 'you')
    expect(state?.checklist[0]).toMatchObject({ how: 'ticked by you' })
    expect((await made.end('you'))?.endedAt).toBeGreaterThan(0)
    // Locked at its begin and again at the restart in its middle.
    expect(lockedSecrets).toEqual([true, true, false])
    expect(made.stop.state().stopped).toBe(true)
    expect(await made.current()).toBeNull()
    expect(await made.tick('resume', 'you')).toBeNull()
  })

  it('is kept as soon as it has begun: a process that ends while it writes leaves the secrets locked', async () => {
    const hanging = Object.create(log, {
      verify: { value: () => new Promise(() => {}) },
    }) as OpenActivityLog
    const dying = incidents({ log: hanging })
    void dying.start({ by: 'you', why: 'A paste went out.' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await dying.current()).toBeNull()
    lockedSecrets = []
    const made = incidents()
    expect(lockedSecrets).toEqual([true])
    expect(await made.current()).toMatchObject({
      why: 'A paste went out.',
      faults: [expect.stringContaining('before this incident’s report was whole')],
    })
    await made.unlock('you')
    expect(lockedSecrets).toEqual([true, false])
  })

  it('keeps the secrets locked, and can be ended, when what was kept of it can not be read', async () => {
    store.put('incident', 'current', { id: 'incident-1', checklist: 'of another version' })
    const made = incidents()
    expect(lockedSecrets).toEqual([true])
    expect((await made.current())?.faults.join()).toContain('can’t be read')
    expect((await made.end('you'))?.endedAt).toBeGreaterThan(0)
    expect(lockedSecrets).toEqual([true, false])
    expect(await incidents().current()).toBeNull()
  })

  it('unlocks the secrets as a step of its own, once, and a restart does not lock them again', async () => {
    const made = incidents()
    await made.start({ by: 'you' })
    expect((await made.unlock('you'))?.checklist.find(({ id }) => id === 'unlock-secrets')?.how).toBe(
      'unlocked by you',
    )
    await made.unlock('you')
    incidents()
    expect(lockedSecrets).toEqual([true, false])
    expect(await made.current()).not.toBeNull()
    expect((await made.end('you'))?.endedAt).toBeGreaterThan(0)
    expect(await made.unlock('you')).toBeNull()
  })

  it('has each step on record when it is done, once', async () => {
    const made = incidents()
    await made.start({ by: 'you' })
    for (let n = 0; n < 2; n++) await made.tick('read-report', 'you')
    made.oldRefused('github')
    await made.unlock('you')
    await made.end('you')
    const said = log.entriesAfter(0, 100).map(({ subject }) => subject)
    const steps = said.filter((subject) => subject.startsWith('Incident step done'))
    expect(steps).toHaveLength(3)
    expect(steps.join(' ')).toMatch(/Read the report.*Rotate “github”.*Unlock the secrets/)
    expect(said.slice(-3)).toContain('Secrets unlocked')
    expect(said.at(-1)).toBe('Incident over')
  })

  it('leads to the provider’s own page where the person named none', async () => {
    const bindings = [
      { scheme: 'https' as const, host: 'api.github.com', pathPrefix: '/', place: 'header' as const },
    ]
    secrets = [{ ...secret('github'), rotateUrl: '', bindings }]
    const state = await incidents().start({ by: 'you' })
    expect(state.checklist.find(({ kind }) => kind === 'rotate')?.url).toBe(
      'https://github.com/settings/tokens',
    )
  })
})
