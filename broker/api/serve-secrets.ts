/** Secrets: names and rules out, values only in. */
import type { ParsedParams, Result } from '../../contract/broker-api.ts'
import type { KeychainStatus } from '../../contract/secret.ts'
import type { ActivityLog, LeakScanner, SecretVault } from '../ports.ts'
import { keepScanner } from '../secrets/keep-scanner.ts'
import { SHORTEST_WATCHED } from '../secrets/leak-scanner.ts'
import { type ApiGroup, orFault } from './group.ts'

type Methods =
  | 'secrets.status'
  | 'secrets.unlock'
  | 'secrets.list'
  | 'secrets.add'
  | 'secrets.update'
  | 'secrets.rotate'
  | 'secrets.checkFormer'
  | 'secrets.revoke'
  | 'secrets.delete'
  | 'secrets.scan'
  | 'secrets.scanMany'

export function serveSecrets({
  vault,
  leaks,
  log,
  keychain,
  checkFormer,
}: {
  vault: SecretVault
  leaks: LeakScanner
  log: ActivityLog
  keychain: { unlock(): Promise<KeychainStatus> }
  checkFormer(params: ParsedParams<'secrets.checkFormer'>, by: string): Promise<Result<'secrets.checkFormer'>>
}): ApiGroup<Methods> {
  const scannerFor = keepScanner()
  const note = (subject: string, by: string) => log.append({ kind: 'secret', subject, details: { by } })
  return {
    'secrets.status': () => vault.status(),
    'secrets.unlock': () => keychain.unlock(),
    'secrets.list': async () => ({
      secrets: vault.list(),
      keychain: await vault.status(),
      locked: vault.locked(),
    }),
    'secrets.add': async ({ rules, value }, caller) => {
      const info = orFault(await vault.add(rules, value))
      note(`Add secret ${info.name}`, caller.name)
      return info
    },
    'secrets.update': async (rules, caller) => {
      const info = orFault(vault.update(rules))
      note(`Change the rules of secret ${info.name}`, caller.name)
      return info
    },
    'secrets.rotate': async ({ name, value }, caller) => {
      const info = orFault(await vault.rotate(name, value))
      note(`Rotate secret ${info.name}`, caller.name)
      return info
    },
    'secrets.checkFormer': (params, caller) => checkFormer(params, caller.name),
    'secrets.revoke': async ({ name }, caller) => {
      const revoked = await vault.revoke(name)
      note(name ? `Revoke secret ${name}` : `Revoke all secrets`, caller.name)
      return revoked
    },
    'secrets.delete': async ({ name }, caller) => {
      orFault(await vault.delete(name))
      note(`Delete secret ${name}`, caller.name)
      return { done: true }
    },
    'secrets.scan': async ({ text }) => {
      await leaks.ready()
      return leaks.scan(text)
    },
    'secrets.scanMany': async ({ items, secrets }) => {
      const scanner = scannerFor(secrets.map(({ name, value }) => ({ what: `secret:${name}`, value })))
      await scanner.ready()
      const scanned = []
      for (const item of items) scanned.push({ id: item.id ?? null, ...(await scanItem(scanner, item)) })
      return {
        items: scanned,
        unwatched: secrets.filter(({ value }) => value.length < SHORTEST_WATCHED).map(({ name }) => name),
      }
    },
  }
}

async function scanItem(scanner: LeakScanner, item: { text?: string; chunks?: string[] }) {
  if (item.chunks === undefined) return scanner.scan(item.text ?? '')
  const stream = scanner.stream({ credentials: true })
  let redacted = ''
  for (const chunk of item.chunks) redacted += await stream.push(chunk)
  redacted += await stream.end()
  return { redacted, hits: stream.hits() }
}
