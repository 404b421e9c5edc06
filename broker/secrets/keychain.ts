/**
 * The OS keychain, reached through keytar in a child process that can be given up. Values go there and nowhere else:
 * when the keychain can't be used, nothing is stored weaker instead.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { failed, type Outcome, ok, type Refused, refused } from '../../contract/outcome.ts'
import type { KeychainStatus } from '../../contract/secret.ts'
import { nameKeychain } from './name-keychain.ts'

const Reply = z.union([
  z.object({ id: z.number(), ok: z.literal(true), value: z.union([z.string(), z.boolean(), z.null()]) }),
  z.object({ id: z.number(), ok: z.literal(false), text: z.string() }),
])

export interface Keychain {
  status(): Promise<KeychainStatus>
  get(account: string): Promise<Outcome<string | null>>
  set(account: string, value: string): Promise<Outcome<true>>
  delete(account: string): Promise<Outcome<boolean>>
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
  /** Milliseconds before a call is given up: a person may be typing a password into the keychain's own dialog. */
  timeoutMs?: number
}

type Call = { do: 'get' | 'delete'; account: string } | { do: 'set'; account: string; value: string }
type Answer = { ok: true; value: string | boolean | null } | { ok: false; text: string }

const PROBE = 'sallyport-probe'
/** The child goes when nothing was asked for so long: it is seldom needed, starts in 60 ms, and costs 25 MB. */
const IDLE_MS = 4_000

export function createKeychain(options: KeychainOptions): Keychain {
  const { timeoutMs = 5000 } = options
  const name = nameKeychain(options.platform, options.env)
  const waiting = new Map<number, (answer: Answer) => void>()
  let child: ChildProcess | null = null
  let nextId = 1
  let known: KeychainStatus | null = null
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
      env: options.env as NodeJS.ProcessEnv,
    })
    createInterface({ input: started.stdout }).on('line', (text) => receive(text))
    started.stdin.on('error', () => {})
    const end = () => {
      if (child === started) child = null
      for (const answer of waiting.values()) answer({ ok: false, text: 'the keychain process ended' })
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

  function call(request: Call): Promise<Answer> {
    return new Promise((resolve) => {
      clearTimeout(idle)
      const process = start()
      const id = nextId++
      const timer = setTimeout(() => {
        waiting.delete(id)
        process.kill('SIGKILL')
        resolve({ ok: false, text: 'timeout' })
      }, timeoutMs)
      waiting.set(id, (answer) => {
        clearTimeout(timer)
        rest()
        resolve(answer)
      })
      process.stdin?.write(`${JSON.stringify({ id, ...request })}\n`)
    })
  }

  async function probe(): Promise<KeychainStatus> {
    const answer = await call({ do: 'get', account: PROBE })
    if (answer.ok) return { state: 'ready', name, text: `Secrets are kept in ${name}.` }
    if (answer.text === 'timeout')
      return {
        state: 'locked',
        name,
        text: `${name} is locked or doesn’t answer. Unlock it, then try again.`,
      }
    return {
      state: 'none',
      name: '',
      text: 'No keychain is running, so secrets can’t be stored. Start GNOME Keyring or KWallet. Everything else works.',
    }
  }

  async function unavailable(): Promise<Refused> {
    known = await probe()
    return refused('unavailable', known.state === 'ready' ? `${name} refused.` : known.text)
  }

  return {
    async status() {
      if (known?.state === 'ready') return known
      known = await probe()
      return known
    },
    async get(account) {
      const answer = await call({ do: 'get', account })
      if (!answer.ok) return unavailable()
      return ok(typeof answer.value === 'string' ? answer.value : null)
    },
    async set(account, value) {
      const answer = await call({ do: 'set', account, value })
      if (!answer.ok) return unavailable()
      // Believe the keychain only when it gives the value back.
      const back = await call({ do: 'get', account })
      return back.ok && back.value === value ? ok(true) : failed('io', `${name} did not keep the secret.`)
    },
    async delete(account) {
      const answer = await call({ do: 'delete', account })
      return answer.ok ? ok(answer.value === true) : unavailable()
    },
    close() {
      clearTimeout(idle)
      child?.kill('SIGKILL')
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
