/**
 * What goes on by itself while the broker runs: the log's head is sealed and kept elsewhere, the log is verified, old
 * entries and before-images go, alerts are watched for, whether the screen is locked too, a drill is reminded of, and,
 * only where a person set an address, the log is sent to a collector.
 */
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { SANDBOX_CHECK } from './activity/alerts/sandbox-weaker.ts'
import { watchEntries } from './activity/alerts/watch-entries.ts'
import { lostAlert } from './activity/export/lost-alert.ts'
import { createOtlpExporter } from './activity/export/otlp-exporter.ts'
import { type HeadKeeping, keepHeadInKeychain } from './activity/keep-head.ts'
import { careForLog } from './activity/log-care.ts'
import { loadSealKey } from './activity/seal-key.ts'
import { findXScreenSaver } from './desktop/follow-xscreensaver.ts'
import { watchScreenLock } from './desktop/watch-screen-lock.ts'
import type { Rooms } from './make-broker.ts'
import { busPath, openBus, systemBusPath } from './secrets/bus-call.ts'
import { remindOfDrill } from './stop/remind-of-drill.ts'

const HOUR_MS = 60 * 60 * 1000

export interface Watch {
  /** Ends it; resolves when what it still writes is written, within a second or so. */
  end(): Promise<void>
  /** A key that is on its way has come, or does not come within a second. */
  keyLoaded(): Promise<void>
  /** Whether the screen is locked was asked once. */
  screenSeen: Promise<void>
}

export function keepWatch(rooms: Rooms): Watch {
  const { log, store, clock, settings, session, options, undo, onFault } = rooms
  const muted = () => settings.get().mutedAlerts
  const screen = watchScreen(rooms)
  const stopWatching = watchEntries({
    log,
    documents: store,
    clock,
    muted,
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
    onLost: (lost) => log.append(lostAlert(lost)),
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

  let headKeeping: HeadKeeping | null = null
  let loading: Promise<boolean> = Promise.resolve(false)
  const loadKey = async () => {
    const key = await loadSealKey(rooms.keychain.own, store)
    if (key) log.sealWith(key)
    return key !== null
  }
  rooms.keychain.whenReady(async () => {
    loading = loadKey()
    // One slow answer of the keychain must not leave the record unsealed until the next start.
    if (!(await loading)) return false
    headKeeping = await keepHeadInKeychain({ log, keychain: rooms.keychain.own, clock, onFault })
    return true
  })
  rooms.keychain.whenReady(() => rooms.canaries.open(rooms.catalog.list().map(({ name }) => name)))

  const stopCaring = careForLog({
    log,
    keep() {
      const { keepDays, keepMegabytes } = settings.get()
      return { days: keepDays, megabytes: keepMegabytes }
    },
    onFault,
  })
  // Readiness must not call ready what was only found on the disk.
  void rooms.contained.look().then(({ available }) => {
    if (!available) options.emit('status', rooms.status())
  })
  const endReminding = remindOfDrill({ documents: store, log, clock, muted, onFault })
  const undoTidy = setInterval(() => void undo.prune(), HOUR_MS).unref()
  const soon = setTimeout(() => {
    void undo.prune()
    noteSandbox(rooms)
  }, SANDBOX_LOOK_MS).unref()

  return {
    screenSeen: screen.ready,
    async keyLoaded() {
      await Promise.race([loading.catch(onFault), sleep(END_MS, undefined, { ref: false })])
    },
    async end() {
      clearTimeout(soon)
      clearInterval(undoTidy)
      endReminding()
      screen.end()
      stopCaring()
      unfollow()
      exporter.close()
      stopWatching()
      // A keychain that has not answered yet is not waited for: the log's own end must not wait behind it.
      const late = new Promise<void>((resolve) => setTimeout(resolve, END_MS).unref())
      if (headKeeping) await Promise.race([headKeeping.end(), late])
    },
  }
}
const END_MS = 800
/** By then the first spare is warm, and it is known what stands around it. */
const SANDBOX_LOOK_MS = 3_000

/** Elsewhere than on Linux the shell is told by its system, and nobody else is. */
function watchScreen({ options: { env, emit }, session, status }: Rooms) {
  if (process.platform !== 'linux') return { ready: Promise.resolve(), end() {} }
  return watchScreenLock({
    openBus,
    systemBus: systemBusPath(env),
    sessionBus: busPath(env),
    xscreensaver: { command: findXScreenSaver(env), env: onDisplay(env) },
    onChange(seen) {
      session.setSeen(seen)
      emit('status', status())
    },
  })
}

/** What a program needs to be let in at the person's display, and no more. */
const onDisplay = ({ DISPLAY, XAUTHORITY, HOME }: NodeJS.ProcessEnv) => ({ DISPLAY, XAUTHORITY, HOME })

/** What stands around tools, for the record; a rule makes an alert of it when it was more before. */
function noteSandbox({ log, lane, onFault }: Rooms): void {
  const { osSandbox, text } = lane.stats()
  try {
    log.append({
      kind: 'app',
      subject: osSandbox === 'none' ? 'Tools run without an OS sandbox' : `Tools run inside ${osSandbox}`,
      details: { check: SANDBOX_CHECK, sandbox: osSandbox, text },
    })
  } catch (error) {
    onFault(error)
  }
}
