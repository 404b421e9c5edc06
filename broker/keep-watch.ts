/**
 * What goes on by itself while the broker runs: the log's head is sealed, old entries and before-images go, alerts are
 * watched for, and, only where a person set an address, the log is sent to a collector.
 */
import { hostname } from 'node:os'
import { watchEntries } from './activity/alerts/watch-entries.ts'
import { createOtlpExporter } from './activity/export/otlp-exporter.ts'
import { loadSealKey } from './activity/seal-key.ts'
import type { Rooms } from './make-broker.ts'

const HOUR_MS = 60 * 60 * 1000

/** Returns the end of it. */
export function keepWatch(rooms: Rooms): () => void {
  const { log, store, clock, settings, session, options, undo, onFault } = rooms
  const stopWatching = watchEntries({
    log,
    documents: store,
    clock,
    muted: () => settings.get().mutedAlerts,
    locked: session.locked,
    emit: (alert) => options.emit('alert', alert),
    onFault,
  })
  const exporter = createOtlpExporter({
    entriesAfter: log.entriesAfter,
    head: () => log.head().seq,
    onEntry: (fn) => log.onEntry(fn),
    documents: store,
    http: fetch,
    source: { productVersion: options.version, hostname: hostname() },
    onFault,
  })
  const sendTo = (endpoint: string) => {
    try {
      exporter.setEndpoint(endpoint)
    } catch (error) {
      onFault(error)
    }
  }
  sendTo(settings.get().otlpEndpoint)
  const unfollow = settings.onChange((now) => sendTo(now.otlpEndpoint))

  void rooms.vaultOpened.then(async (status) => {
    const key = status.state === 'ready' ? await loadSealKey(rooms.keychain.own, store) : null
    if (key) log.sealWith(key)
  }, onFault)

  const tidy = () => {
    const { keepDays, keepMegabytes } = settings.get()
    undo.prune()
    log.removeOld({ days: keepDays, megabytes: keepMegabytes }).catch(onFault)
  }
  const soon = setTimeout(tidy, 60_000)
  const hourly = setInterval(tidy, HOUR_MS)
  soon.unref()
  hourly.unref()

  return () => {
    clearTimeout(soon)
    clearInterval(hourly)
    unfollow()
    exporter.close()
    stopWatching()
  }
}
