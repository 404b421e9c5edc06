/**
 * Secrets: rules in the document store, values in the OS keychain, and for the time the broker runs in its memory (the
 * leak scan must know what to look for). Nobody but a permitted effect gets a value; there is no export.
 */
import { failed, type Outcome, ok, type Refused, refused } from '../../contract/outcome.ts'
import { type KeychainStatus, SecretInfo, type SecretRules } from '../../contract/secret.ts'
import type { Permit } from '../gate/permit.ts'
import type { Clock, DocumentStore, SecretVault, Stoppable } from '../ports.ts'
import type { Keychain } from './keychain.ts'
import { matchBinding } from './match-binding.ts'
import { notForThem, unbound } from './refuse-use.ts'

export interface VaultParts {
  store: DocumentStore
  keychain: Keychain
  clock: Clock
  /** Told of every value that must be watched for, and of those that are gone. */
  watch(values: { name: string; value: string }[]): void
}

const KIND = 'secrets'
/** An old value is kept in memory for so long, to see that it no longer works; a restart forgets it at once. */
const FORMER_MS = 60 * 60 * 1000
const LOCKED = 'Secrets are locked until a person ends the incident.'

/** What has expired was the old value: the new one lasts as long. */
function renewed({ expiresAt, rotatedAt, createdAt }: SecretInfo, now: number): number | null {
  if (expiresAt === null || expiresAt > now) return expiresAt
  const lasted = expiresAt - (rotatedAt ?? createdAt)
  return lasted > 0 ? now + lasted : null
}

export function createVault(
  parts: VaultParts,
): SecretVault & { open(): Promise<KeychainStatus>; close(): void; lent: Stoppable } {
  const { store, keychain, clock } = parts
  const values = new Map<string, string>()
  const formers = new Map<string, { value: string; until: number; timer: NodeJS.Timeout }>()
  const listeners = new Set<(secrets: SecretInfo[]) => void>()
  /** Which effects under way have which secret. */
  const lent = new Map<Permit, Set<string>>()
  const lend = (permit: Permit, name: string) => {
    const names = lent.get(permit) ?? new Set()
    lent.set(permit, names.add(name))
    permit.atEnd(() => lent.delete(permit))
  }
  let locked = false
  /** In an incident a person still sees whether the old value works. */
  const isLockedFor = ({ facts }: Permit) => locked && facts.byHand !== true

  const read = (name: string): SecretInfo | null => {
    const parsed = SecretInfo.safeParse(store.get(KIND, name))
    return parsed.success ? parsed.data : null
  }
  const list = (): SecretInfo[] =>
    store
      .list(KIND)
      .flatMap(({ value }) => {
        const parsed = SecretInfo.safeParse(value)
        return parsed.success ? [withMemory(parsed.data)] : []
      })
      .sort((a, b) => a.name.localeCompare(b.name))
  const tell = () => {
    const old = [...formers].map(([name, { value }]) => ({ name, value }))
    parts.watch([...[...values].map(([name, value]) => ({ name, value })), ...old])
    const now = list()
    for (const fn of listeners) fn(now)
  }
  const usable = (name: string): { kind: 'ok'; value: SecretInfo } | Refused => {
    const info = read(name)
    if (!info)
      return refused(
        'unavailable',
        `There is no secret named “${name}”. A person can add it on the Secrets page.`,
      )
    if (info.revokedAt !== null) return refused('unavailable', `The secret “${name}” was revoked.`)
    if (info.expiresAt !== null && info.expiresAt <= clock())
      return refused('unavailable', `The secret “${name}” has expired. Rotate it on the Secrets page.`)
    return { kind: 'ok', value: info }
  }
  const save = (info: SecretInfo): SecretInfo => {
    store.put(KIND, info.name, { ...info, present: true, formerUntil: null })
    tell()
    return withMemory(info)
  }
  const keep = async (name: string, value: string): Promise<Outcome<true>> => {
    const kept = await keychain.set(name, value)
    if (kept.kind === 'ok') values.set(name, value)
    return kept
  }

  return {
    async open() {
      const status = await keychain.status()
      if (status.state !== 'ready') return status
      for (const info of list()) {
        const value = await keychain.get(info.name)
        if (value.kind === 'ok' && value.value !== null) values.set(info.name, value.value)
      }
      tell()
      return status
    },
    /** Stop counts what effects under way had been given; they end, and it is used no more. */
    lent: {
      name: 'secrets in use',
      async end(scope) {
        const ended = [...lent].filter(([{ facts }]) => scope === 'all' || facts.principalId === scope)
        return { credentials: new Set(ended.flatMap(([, names]) => [...names])).size }
      },
    },
    close() {
      for (const name of [...formers.keys()]) dropFormer(name)
      keychain.close()
    },
    status: () => keychain.status(),
    list,
    info(name) {
      const info = usable(name)
      return info.kind === 'ok' ? { ...info.value, present: values.has(name) } : null
    },
    async add(rules, value) {
      const old = read(rules.name)
      if (old && old.revokedAt === null)
        return refused(
          'invalid-request',
          `There is a secret named “${rules.name}” already. Rotate it, or choose another name.`,
        )
      const kept = await keep(rules.name, value)
      if (kept.kind !== 'ok') return kept
      return ok(
        save({
          ...rules,
          createdAt: clock(),
          rotatedAt: null,
          lastUse: null,
          uses: 0,
          revokedAt: null,
          present: true,
          formerUntil: null,
        }),
      )
    },
    update(rules: SecretRules) {
      const info = read(rules.name)
      if (!info) return failed('not-found', `There is no secret named “${rules.name}”.`)
      return ok(save({ ...info, ...rules }))
    },
    async rotate(name, value) {
      const info = read(name)
      if (!info) return failed('not-found', `There is no secret named “${name}”.`)
      const before = values.get(name) ?? (await readValue(name))
      const kept = await keep(name, value)
      if (kept.kind !== 'ok') return kept
      if (before !== null && before !== value) keepFormer(name, before)
      // A rotation ends an earlier revocation, not one that came meanwhile.
      const now = read(name) ?? info
      const revokedAt = now.revokedAt === info.revokedAt ? null : now.revokedAt
      return ok(save({ ...now, rotatedAt: clock(), revokedAt, expiresAt: renewed(now, clock()) }))
    },
    async revoke(name) {
      const named = list().filter(
        (info) => info.revokedAt === null && (name === undefined || info.name === name),
      )
      // All are withdrawn first, so that none counts for anything even if the keychain hangs.
      for (const info of named) store.put(KIND, info.name, { ...info, revokedAt: clock() })
      const kept: string[] = []
      for (const info of named) {
        const gone = await keychain.delete(info.name)
        if (gone.kind !== 'ok') kept.push(info.name)
      }
      tell()
      return { revoked: named.length, kept }
    },
    async delete(name) {
      if (!read(name)) return failed('not-found', `There is no secret named “${name}”.`)
      const gone = await keychain.delete(name)
      if (gone.kind !== 'ok') return gone
      values.delete(name)
      dropFormer(name)
      store.delete(KIND, name)
      tell()
      return ok(true)
    },
    async reveal(permit: Permit, name, target) {
      if (!permit.used)
        throw new Error('A secret is revealed only inside an effect that the gate let through.')
      if (isLockedFor(permit)) return refused('unavailable', LOCKED)
      const info = usable(name)
      if (info.kind !== 'ok') return info
      const forModel = permit.facts.capability === 'model.call' && info.value.kind === 'model-key'
      const anywhere = forModel && info.value.bindings.length === 0
      const no = notForThem(info.value, permit.facts, anywhere ? null : target)
      if (no) return no
      // Who locks or ends the keychain means what was read from it too, and everybody is told that none can be used.
      const { state, text } = await keychain.status()
      if (state === 'locked' || state === 'none') return refused('unavailable', text)
      const value = values.get(name) ?? (await fetchValue(name))
      // While the keychain was asked, a person may have locked or revoked it.
      const still = usable(name)
      if (isLockedFor(permit)) return refused('unavailable', LOCKED)
      if (still.kind !== 'ok') return still
      if (value === null) return refused('unavailable', `The keychain doesn’t hold “${name}” right now.`)
      store.put(KIND, name, { ...still.value, lastUse: clock(), uses: still.value.uses + 1 })
      lend(permit, name)
      return ok(value)
    },
    refusal(name, target, who) {
      if (locked) return refused('unavailable', LOCKED)
      const info = usable(name)
      return info.kind === 'ok' ? notForThem(info.value, who, target) : info
    },
    async revealFormer(permit, name, target) {
      if (!permit.used)
        throw new Error('A secret is revealed only inside an effect that the gate let through.')
      if (isLockedFor(permit)) return refused('unavailable', LOCKED)
      const info = read(name)
      const former = formers.get(name)
      if (!info || !former)
        return refused('unavailable', `The old value of “${name}” is no longer kept, so it can’t be tried.`)
      return matchBinding(info.bindings, target) ? ok(former.value) : unbound(info, target)
    },
    forgetFormer(name) {
      dropFormer(name)
      tell()
    },
    lock(now) {
      locked = now
      tell()
    },
    locked: () => locked,
    onChange(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
  }

  async function readValue(name: string): Promise<string | null> {
    const value = await keychain.get(name)
    return value.kind === 'ok' ? value.value : null
  }

  async function fetchValue(name: string): Promise<string | null> {
    const value = await readValue(name)
    if (value === null) return null
    values.set(name, value)
    tell()
    return value
  }

  function withMemory(info: SecretInfo): SecretInfo {
    const { name } = info
    return { ...info, present: values.has(name), formerUntil: formers.get(name)?.until ?? null }
  }

  function keepFormer(name: string, value: string): void {
    dropFormer(name)
    const timer = setTimeout(() => {
      formers.delete(name)
      tell()
    }, FORMER_MS)
    timer.unref()
    formers.set(name, { value, until: clock() + FORMER_MS, timer })
  }

  function dropFormer(name: string): void {
    clearTimeout(formers.get(name)?.timer)
    formers.delete(name)
  }
}
