/**
 * The OS keychain, reached through keytar in a child process that can be given up. Values go there and nowhere else:
 * when the keychain can't be used, nothing is stored weaker instead.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { failed, type Outcome, ok, type Refused, refused } from '../../contract/outcome.ts'
import type { KeychainStatus } from '../../contract/secret.ts'
import { lookAtSecretService } from './look-at-secret-service.ts'
import { nameKeychain } from './name-keychain.ts'

const Reply = z.union([
  z.object({ id: z.number(), ok: z.literal(true), value: z.union([z.string(), z.boolean(), z.null()]) }),
  z.object({ id: z.number(), ok: z.literal(false), text: z.string() }),
])

export interface Keychain {
  /** As it is now. On Linux it is looked at without opening a dialog. */
  status(): Promise<KeychainStatus>
  /** Lets the keychain ask the person to unlock it, and waits for them. Only ever called because a person wants it. */
  unlock(): Promise<KeychainStatus>
  get(account: string): Promise<Outcome<string | null>>
  set(account: string, value: string): Promise<Outcome<true>>
  delete(account: string): Promise<Outcome<boolean>>
  /** Called when it can be used again after it could not. */
  onRecovered(fn: () => void): () => void
  close(): void
}

export interface KeychainOptions {
  /** The Node that runs the child. */
  node: string
  /** `keychain.child.js` (or .ts in tests). */
  childFile: string
  /** keytar's native addon. */
  nativeFile: string
  /** The keychain's service name: one for each data folder, so that test worlds and people never meet. */
  service: string
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  /** Milliseconds before a call is given up. */
  timeoutMs?: number
  /** Milliseconds for a person who types a password into the keychain's own dialog. */
  unlockMs?: number
  /** Milliseconds between looks at a keychain that can't be used. */
  lookMs?: number
}

type Call = { do: 'get' | 'delete'; account: string } | { do: 'set'; account: string; value: string }
type Answer = { ok: true; value: string | boolean | null } | { ok: false; text: string }

const PROBE = 'sallyport-probe'
/** The child goes when nothing was asked for so long: it is seldom needed, starts in 60 ms, and costs 25 MB. */
const IDLE_MS = 3_000
const ENDED = 'the keychain process ended'

export function createKeychain(options: KeychainOptions): Keychain {
  const { timeoutMs = 5000, unlockMs = 90_000, lookMs = 3000, platform, env } = options
  let name = nameKeychain(platform, env)
  const waiting = new Map<number, (answer: Answer) => void>()
  let child: ChildProcess | null = null
  let nextId = 1
  let known: KeychainStatus | null = null
  /** keytar has answered since the keychain was last unusable. */
  let proven = false
  const recovered = new Set<() => void>()
  let looking: NodeJS.Timeout | undefined
  let closed = false
  let idle: NodeJS.Timeout | undefined

  function rest(): void {
    clearTimeout(idle)
    idle = setTimeout(() => waiting.size === 0 && child?.stdin?.end(), IDLE_MS)
    idle.unref()
  }

  function start(): ChildProcess {
    if (child && child.exitCode === null && child.signalCode === null) return child
    const started = spawn(options.node, [options.childFile, options.nativeFile, options.service], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: env as NodeJS.ProcessEnv,
    })
    createInterface({ input: started.stdout }).on('line', (text) => receive(text))
    started.stdin.on('error', () => {})
    const end = () => {
      if (child === started) child = null
      for (const answer of waiting.values()) answer({ ok: false, text: ENDED })
      waiting.clear()
    }
    started.on('error', end)
    started.on('exit', end)
    started.unref()
    child = started
    return started
  }

  function receive(text: string): void {
    const parsed = Reply.safeParse(parseJson(text))
    if (!parsed.success) return void child?.kill('SIGKILL')
    waiting.get(parsed.data.id)?.(parsed.data)
    waiting.delete(parsed.data.id)
  }

  function ask(request: Call, limitMs: number): Promise<Answer> {
    return new Promise((resolve) => {
      clearTimeout(idle)
      const process = start()
      const id = nextId++
      const timer = setTimeout(() => {
        waiting.delete(id)
        process.kill('SIGKILL')
        resolve({ ok: false, text: 'timeout' })
      }, limitMs)
      waiting.set(id, (answer) => {
        clearTimeout(timer)
        rest()
        resolve(answer)
      })
      process.stdin?.write(`${JSON.stringify({ id, ...request })}\n`)
    })
  }

  /** A child that ended in the middle is replaced, once: each of the three does the same when it is done twice. */
  async function call(request: Call, limitMs = timeoutMs): Promise<Answer> {
    const answer = await ask(request, limitMs)
    return !answer.ok && answer.text === ENDED && !closed ? ask(request, limitMs) : answer
  }

  /** Before keytar is asked: where that would only hang, or open a dialog that nobody called for, it isn't. */
  async function look(): Promise<KeychainStatus> {
    if (platform !== 'linux') return proven && known?.state === 'ready' ? known : probe(timeoutMs)
    const view = await lookAtSecretService(env)
    if ('name' in view && view.name !== '') name = view.name
    if (view.state === 'locked') return settle('locked')
    if (view.state === 'silent') return settle('error')
    if (view.state === 'none' && !view.willStart) return settle('none')
    return proven && known?.state === 'ready' ? settle('ready') : probe(timeoutMs)
  }

  async function probe(limitMs: number): Promise<KeychainStatus> {
    const answer = await call({ do: 'get', account: PROBE }, limitMs)
    if (answer.ok) return settle('ready')
    return settle(answer.text === 'timeout' ? (platform === 'linux' ? 'error' : 'locked') : 'none')
  }

  function settle(state: KeychainStatus['state']): KeychainStatus {
    const before = known?.state
    known = { state, name: state === 'none' ? '' : name, text: wordsFor(state, name) }
    proven = state === 'ready'
    if (state === 'ready' && before !== undefined && before !== 'ready') for (const fn of recovered) fn()
    keepLooking()
    return known
  }

  /** Only where a look disturbs nobody. */
  function keepLooking(): void {
    clearTimeout(looking)
    if (closed || known?.state === 'ready' || recovered.size === 0 || platform !== 'linux') return
    looking = setTimeout(() => void look(), lookMs)
    looking.unref()
  }

  async function usable(): Promise<Refused | null> {
    const { state, text } = await look()
    return state === 'ready' ? null : refused('unavailable', text)
  }

  async function unavailable(): Promise<Refused> {
    proven = false
    return (await usable()) ?? refused('unavailable', `${name} refused.`)
  }

  return {
    status: look,
    async unlock() {
      const now = await look()
      return now.state === 'locked' ? probeAfterDialog() : now
    },
    async get(account) {
      const no = await usable()
      if (no) return no
      const answer = await call({ do: 'get', account })
      if (!answer.ok) return unavailable()
      return ok(typeof answer.value === 'string' ? answer.value : null)
    },
    async set(account, value) {
      const no = await usable()
      if (no) return no
      const answer = await call({ do: 'set', account, value })
      if (!answer.ok) return unavailable()
      // Believe the keychain only when it gives the value back.
      const back = await call({ do: 'get', account })
      return back.ok && back.value === value ? ok(true) : failed('io', `${name} did not keep the secret.`)
    },
    async delete(account) {
      const no = await usable()
      if (no) return no
      const answer = await call({ do: 'delete', account })
      return answer.ok ? ok(answer.value === true) : unavailable()
    },
    onRecovered(fn) {
      recovered.add(fn)
      keepLooking()
      return () => recovered.delete(fn)
    },
    close() {
      closed = true
      clearTimeout(idle)
      clearTimeout(looking)
      child?.kill('SIGKILL')
    },
  }

  /** A write makes a locked keychain open its own dialog (a read of what isn't there does not); the person takes their time. */
  async function probeAfterDialog(): Promise<KeychainStatus> {
    await call(
      { do: 'set', account: PROBE, value: 'no secret: written to see whether the keychain is open' },
      unlockMs,
    )
    return look()
  }
}

function wordsFor(state: KeychainStatus['state'], name: string): string {
  switch (state) {
    case 'ready':
      return `Secrets are kept in ${name}.`
    case 'locked':
      return `${name} is locked. Unlock it; Sallyport notices by itself.`
    case 'error':
      return `${name} is there but doesn’t answer. Log out and in again, or end and start it; Sallyport notices by itself.`
    case 'none':
      return 'No keychain is running. Start GNOME Keyring or KWallet. Everything but secrets works without it.'
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
