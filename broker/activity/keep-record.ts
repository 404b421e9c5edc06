/**
 * The record as the broker keeps it: the log, opened as soon as it can be; its head remembered among the documents; the
 * key from the keychain when that answers; alerts, care, and the feed to a collector. One call for whoever wires it.
 */
import { hostname } from 'node:os'
import type { BrokerSettings, Clock, DocumentStore } from '../ports.ts'
import { SANDBOX_CHECK } from './alerts/sandbox-weaker.ts'
import { watchEntries } from './alerts/watch-entries.ts'
import type { ChainPoint } from './check-chain.ts'
import { createOtlpExporter, type OtlpExporter, type OtlpExporterOptions } from './export/otlp-exporter.ts'
import { keepOpeningLog } from './keep-opening.ts'
import { careForLog, noteVerified } from './log-care.ts'
import type { OpenActivityLog } from './open-activity-log.ts'
import { type KeySlot, loadSealKey } from './seal-key.ts'

export interface RecordOptions {
  /** `activity.db` in the data folder. */
  file: string
  clock: Clock
  documents: DocumentStore
  version: string
  /** As the platform's fetch; used only when a person has named a collector. */
  http: OtlpExporterOptions['http']
  emit(alert: { id: string; at: number; rule: string; text: string }): void
  onFault(error: unknown): void
}
export interface KeptRecord {
  log: OpenActivityLog
  /** When the keychain has been opened; may be called again when it was locked before. False: it gave no key. */
  useKeychain(keychain: KeySlot): Promise<boolean>
  /** Starts what needs the settings: alerts, retention and verification by themselves, the collector. */
  begin(parts: { settings: BrokerSettings; locked(): boolean }): void
  /** Once a start, when it is known what surrounds the tools: `bubblewrap`, `seatbelt`, `none`. */
  noteSandbox(kind: string): void
  /** Verifies, writes down that it did, and makes an alert of what it finds. */
  verify: OpenActivityLog['verify']
  collector(): ReturnType<OtlpExporter['state']>
  close(): Promise<void>
}

const KIND = 'log'
const HEAD = 'head'

/** Never throws: a log that can't be opened refuses every append until it can. */
export function keepRecord(options: RecordOptions): KeptRecord {
  const { file, clock, documents, version, http, emit, onFault } = options
  const log = keepOpeningLog({
    ...{ file, clock, onFault, productVersion: version },
    witness: {
      read: () => (documents.get(KIND, HEAD) as ChainPoint | undefined) ?? null,
      write: (head) => documents.put(KIND, HEAD, head),
    },
  })
  const ends: (() => void)[] = []
  const otlp = createOtlpExporter({
    ...{ documents, http, onFault, entriesAfter: log.entriesAfter, onEntry: log.onEntry },
    head: () => log.state().entries,
    source: { productVersion: version, hostname: hostname() },
  })
  const setEndpoint = (endpoint: string) => {
    try {
      otlp.setEndpoint(endpoint)
    } catch (error) {
      onFault(error)
    }
  }

  return {
    log,
    async useKeychain(keychain) {
      const key = await loadSealKey(keychain, documents)
      if (key !== null) log.sealWith(key)
      return key !== null
    },
    begin({ settings, locked }) {
      ends.push(
        watchEntries({
          log,
          documents,
          clock,
          locked,
          emit,
          onFault,
          muted: () => settings.get().mutedAlerts,
        }),
        careForLog({
          log,
          keep: () => ({ days: settings.get().keepDays, megabytes: settings.get().keepMegabytes }),
          onFault,
        }),
        settings.onChange(({ otlpEndpoint }) => setEndpoint(otlpEndpoint)),
      )
      setEndpoint(settings.get().otlpEndpoint)
    },
    noteSandbox(sandbox) {
      const subject =
        sandbox === 'none' ? 'Tools run without an operating system sandbox' : `Tools run inside ${sandbox}`
      try {
        log.append({ kind: 'app', subject, details: { check: SANDBOX_CHECK, sandbox } })
      } catch (error) {
        onFault(error)
      }
    },
    async verify() {
      const report = await log.verify()
      try {
        noteVerified(log, report)
      } catch (error) {
        onFault(error)
      }
      return report
    },
    collector: otlp.state,
    async close() {
      for (const end of ends) end()
      otlp.close()
      await log.close()
    },
  }
}
