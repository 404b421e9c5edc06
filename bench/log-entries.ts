/** Entries as the gate writes them for a day of agents' work, the same for the same seed: calls, effects, refusals. */
import type { NewEntry } from '../contract/activity.ts'

export const WORDS =
  'invoice report alpha budget summer photo draft notes meeting contract letter plan review scan house garden tax travel hotel flight recipe music school project client design winter market kitchen engine bridge window paper silver forest harbor signal ticket doctor lesson'.split(
    ' ',
  )
const HOSTS =
  'api.example.org files.example.net news.example.com shop.example.org maps.example.net mail.example.com'.split(
    ' ',
  )

/** An endless stream of groups; each is what one tool call writes, in order. `ref` is relative: 0 is the group's first entry. */
export function* callEntries(seed: number): Generator<{ entry: NewEntry; closes: number | null }[]> {
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x7fffffff
  }
  const below = (n: number) => Math.floor(random() * n)
  const pick = (list: readonly string[]) => list[below(list.length)] as string
  const id = (kind: string) =>
    `${kind}_${Array.from({ length: 12 }, () => pick([...'abcdefghijkmnpqrstuvwxyz23456789'])).join('')}`
  const agents = Array.from({ length: 6 }, (_, n) => ({
    id: id('agent'),
    kind: 'agent' as const,
    name: `${pick(WORDS)} helper ${n}`,
  }))
  const tools = ['files', 'web', 'notes'].map((name, n) => ({
    name,
    version: `1.${n}.0`,
    hash: `${n}${'ab34'.repeat(16)}`.slice(0, 64),
  }))
  let run = { id: id('run'), title: '' }
  for (let call = 0; ; call++) {
    if (call % 60 === 0) run = { id: id('run'), title: `Sort the ${pick(WORDS)} and ${pick(WORDS)} folder` }
    const principal = agents[below(agents.length)]
    const tool = tools[below(10) < 7 ? 0 : 1]
    const common = { principal, run, callId: id('call'), tool }
    const lamps = { outside: random() < 0.3, private: random() < 0.5, send: false }
    const path = `Documents/${pick(WORDS)}/${pick(WORDS)}-${pick(WORDS)}-${below(9_000)}.md`
    const web = tool?.name === 'web'
    const host = pick(HOSTS)
    const url = `https://${host}/${pick(WORDS)}/${below(100_000)}`
    const capability = web
      ? ('net.request' as const)
      : random() < 0.3
        ? ('fs.write' as const)
        : ('fs.read' as const)
    const resource = web
      ? {
          kind: 'url',
          method: 'GET',
          url,
          scheme: 'https',
          host,
          port: 443,
          path: new URL(url).pathname,
          privateAddress: false,
        }
      : { kind: 'path', path: `/home/alex/${path}` }
    const subject = web ? `Send GET ${url}` : `${capability === 'fs.write' ? 'Write' : 'Read'} ~/${path}`
    const deny = random() < 0.08
    const because = [
      deny
        ? { layer: 'perimeter' as const, rule: 'perimeter:none', text: 'No line of the perimeter covers it.' }
        : {
            layer: 'perimeter' as const,
            rule: `perimeter:folders[${below(4)}]`,
            text: 'The perimeter allows it in silence.',
          },
    ]
    const facts = {
      ...common,
      capability,
      because,
      lamps,
      subject,
      details: { needs: [{ capability, resource }] },
    }
    const title = web ? 'Use Web: Fetch a page' : 'Use Files: Read a file'
    const started = {
      entry: { ...common, kind: 'tool.call' as const, subject: title, decision: 'allow' as const },
      closes: null,
    }
    const ended = {
      entry: {
        ...common,
        kind: 'tool.result' as const,
        subject: title,
        ok: !deny,
        durationMs: random() * 40,
        details: { cpuMs: below(20), peakRss: 48_000_000 + below(9_000_000) },
      },
      closes: 0,
    }
    if (deny)
      yield [
        started,
        { entry: { ...facts, kind: 'decision', decision: 'deny', ok: false }, closes: null },
        ended,
      ]
    else
      yield [
        started,
        { entry: { ...facts, kind: 'intent', decision: 'allow', asked: random() < 0.02 }, closes: null },
        {
          entry: {
            kind: 'outcome',
            subject,
            principal,
            run,
            callId: common.callId,
            capability,
            ok: random() > 0.03,
            durationMs: random() * 30,
            details: web ? { status: 200, bytesIn: below(90_000) } : { bytes: below(90_000) },
          },
          closes: 1,
        },
        ended,
      ]
  }
}

/** Appends `count` entries or a few more; returns how many. */
export function appendEntries(
  append: (entry: NewEntry) => { seq: number },
  count: number,
  seed: number,
): number {
  let done = 0
  for (const group of callEntries(seed)) {
    const seqs: number[] = []
    for (const { entry, closes } of group)
      seqs.push(append(closes === null ? entry : { ...entry, ref: seqs[closes] ?? null }).seq)
    done += group.length
    if (done >= count) return done
  }
  return done
}
