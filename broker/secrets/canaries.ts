/**
 * Canaries: each tool is given a credential of its own that opens nothing and that nothing takes. Code that goes
 * about its work never touches it; code that gathers what it can find and sends it away does. Where it turns up on its
 * way out, that tool is frozen until a person thaws it.
 *
 * They are kept in the keychain, so that one that leaked before a restart is known after it. While there is no
 * keychain they live as long as the broker. A freeze is kept with the other documents: it holds whatever happens.
 */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { FrozenTool } from '../../contract/broker-api.ts'
import { failed, type Outcome, ok, type Refused, refused } from '../../contract/outcome.ts'
import type { ActivityLog, CanaryPlace, CanaryWatch, Clock, DocumentStore, LeakHit } from '../ports.ts'
import type { Keychain } from './keychain.ts'
import type { WatchedValue } from './leak-scanner.ts'

export interface CanaryParts {
  store: DocumentStore
  keychain: Pick<Keychain, 'get' | 'set'>
  log: Pick<ActivityLog, 'append'>
  clock: Clock
  /** Tells the person, now. */
  alert(text: string): void
  /** An agent carried a tool's canary to another tool. */
  carried(agentId: string, why: string): void
  /** Told when there are new values to watch for. */
  onValues(): void
}
export interface Canaries extends CanaryWatch {
  /** Takes up what the keychain holds, and makes what these tools lack. Without a keychain it changes nothing. */
  open(tools: readonly string[]): Promise<void>
  values(): WatchedValue[]
  list(): FrozenTool[]
  thaw(tool: string, by: string): Outcome<FrozenTool>
  onChange(fn: (frozen: FrozenTool[]) => void): () => void
}

const KIND = 'frozen-tools'
const ACCOUNT = 'tool-canaries'
const PREFIX = 'canary:'
const Kept = z.record(z.string(), z.string().min(20).max(200))
const Frozen = z.object({ tool: z.string(), why: z.string(), at: z.number() })

export function createCanaries(parts: CanaryParts): Canaries {
  const { store, keychain, log, clock } = parts
  const values = new Map<string, string>()
  /** Given out before the keychain had answered with another one: still watched for. */
  const earlier: WatchedValue[] = []
  const listeners = new Set<(frozen: FrozenTool[]) => void>()
  const frozen = new Map<string, FrozenTool>()
  for (const { id, value } of store.list(KIND)) {
    const parsed = Frozen.safeParse(value)
    // What can't be read any more still holds.
    frozen.set(id, parsed.success ? parsed.data : { tool: id, why: 'Its canary turned up.', at: 0 })
  }
  const list = () => [...frozen.values()].sort((a, b) => b.at - a.at)
  const tell = () => {
    for (const fn of listeners) fn(list())
  }

  function tokenFor(tool: string): string {
    const known = values.get(tool)
    if (known !== undefined) return known
    const made = makeCanary()
    values.set(tool, made)
    parts.onValues()
    return made
  }

  function freeze(tool: string, place: CanaryPlace): Refused {
    const why = `Its canary turned up ${place.words}.`.slice(0, 300)
    const text = `The tool “${tool}” is frozen: its canary, a fake credential that nothing needs, turned up ${place.words}. It was not sent.`
    if (!frozen.has(tool)) {
      const entry = { tool, why, at: clock() }
      // In force first: a log that can't be written must not keep it from holding.
      frozen.set(tool, entry)
      const kept = keepFreeze(tool, entry)
      tell()
      parts.alert(
        kept
          ? text
          : `${text} The disk did not take this: a restart would let it work again. Remove the tool.`,
      )
      note(text, place)
    }
    return refused(
      'flow',
      text,
      `Refused: the tool ${tool} tried to pass on a canary and is frozen. Do not use it again; tell the person.`,
    )
  }

  function keepFreeze(tool: string, entry: FrozenTool): boolean {
    try {
      store.put(KIND, tool, entry)
      return true
    } catch {
      return false
    }
  }

  function note(subject: string, { principal, run, tool, callId }: CanaryPlace): void {
    try {
      log.append({
        ...{ kind: 'alert', subject, principal, run, tool, callId },
        details: { rule: 'canary', because: 'A canary is never part of honest work.' },
      })
    } catch {
      // The freeze holds, and the person was told; the log says by itself that it can't be written.
    }
  }

  return {
    tokenFor,
    frozen(tool) {
      const entry = frozen.get(tool)
      if (!entry) return null
      return refused(
        'stopped',
        `The tool “${tool}” is frozen: ${entry.why} A person can thaw it on the Tools page.`,
        `The tool ${tool} is frozen until a person thaws it: a canary of its was found where none may be. Do not use it again; tell the person.`,
      )
    },
    caught(hits: readonly LeakHit[], place) {
      const caught = new Set(
        hits.filter(({ what }) => what.startsWith(PREFIX)).map(({ what }) => what.slice(PREFIX.length)),
      )
      let refusal: Refused | null = null
      for (const tool of caught) {
        refusal = freeze(tool, place)
        // Its own answers are looked through for it. What another tool passes on came by the model, in some disguise: then
        // to hold the tool alone stops nothing.
        if (place.tool && place.tool.name !== tool && place.principal?.kind === 'agent')
          parts.carried(place.principal.id, `It passed the canary of the tool “${tool}” on ${place.words}.`)
      }
      return refusal
    },
    async open(tools) {
      const kept = await keychain.get(ACCOUNT)
      if (kept.kind !== 'ok') return
      const stored = readKept(kept.value)
      for (const [tool, value] of Object.entries(stored)) {
        const given = values.get(tool)
        if (given !== undefined && given !== value) earlier.push({ what: PREFIX + tool, value: given })
        values.set(tool, value)
      }
      for (const tool of tools) values.set(tool, values.get(tool) ?? makeCanary())
      parts.onValues()
      const now = Object.fromEntries(tools.map((tool) => [tool, values.get(tool) as string]))
      if (tools.some((tool) => stored[tool] === undefined))
        await keychain.set(ACCOUNT, JSON.stringify({ ...stored, ...now }))
    },
    values: () => [...[...values].map(([tool, value]) => ({ what: PREFIX + tool, value })), ...earlier],
    list,
    thaw(tool, by) {
      const entry = frozen.get(tool)
      if (!entry) return failed('not-found', `The tool “${tool}” is not frozen.`)
      log.append({
        kind: 'install',
        subject: `Thaw the tool ${tool}`,
        details: { by, tool, frozenSince: entry.at, why: entry.why },
      })
      frozen.delete(tool)
      store.delete(KIND, tool)
      tell()
      return ok(entry)
    },
    onChange(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
  }
}

/** Looks like a token of a service, so that whoever greps for such takes it; 160 bits, so that nothing equals it by chance. */
function makeCanary(): string {
  return `sat_${randomBytes(30).toString('base64url').replaceAll('-', 'x').replaceAll('_', 'y')}`
}

function readKept(text: string | null): Record<string, string> {
  if (text === null) return {}
  try {
    return Kept.parse(JSON.parse(text))
  } catch {
    return {}
  }
}
