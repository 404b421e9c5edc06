/**
 * A client's end of a door to the broker: the shell and the command line speak through it. It turns calls into lines
 * and lines into answers and events, by birpc; where the lines go is the caller's affair, so nothing here does I/O.
 */
import { createBirpc } from 'birpc'
import { z } from 'zod'
import { ApiFault, EVENTS, type EventName, type MethodName, type Surface } from './broker-api.ts'
import { type BrokerSide, type PeerSide, RpcEnvelope } from './door-wire.ts'
import { createLineSplitter } from './split-lines.ts'
import { LIMITS } from './words.ts'

export type CallAnswer = { ok: true; value: unknown } | { ok: false; fault: ApiFault }
export interface DoorLink {
  /** Text that came from the broker. */
  receive(text: string): void
  /**
   * Never rejects: a link that ends first answers with the fault `unavailable`.
   * @param surface whose call it is; only on the pipe of a shell does it matter
   */
  call(method: MethodName, params: unknown, surface?: Surface): Promise<CallAnswer>
  /** Resolves when the broker answers; rejects when the link ends first. */
  ping(): Promise<void>
  subscribe(events: readonly EventName[]): void
  desktopReply(reply: unknown): void
  /** Ends every call that is under way with `unavailable` and this text. */
  end(text: string): void
}

const Answer = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), fault: ApiFault }),
])
const Told = z.object({ event: z.string(), payload: z.unknown() })

export function createDoorLink(options: {
  /** Sends one line, its end included. */
  write: (line: string) => void
  onEvent: (event: EventName, payload: unknown) => void
  /** What came is no message of the broker's: the link is of no more use. */
  onBroken: (text: string) => void
  /** Gets the first line instead (the answer to `Hello`). */
  onGreeting?: (line: string) => void
}): DoorLink {
  let greeted = options.onGreeting === undefined
  let ended: string | null = null
  let receive: (message: unknown) => void = () => {}

  const functions: PeerSide = Object.assign(Object.create(null), {
    event(raw) {
      const told = Told.safeParse(raw)
      if (!told.success || !Object.hasOwn(EVENTS, told.data.event)) return
      options.onEvent(told.data.event as EventName, told.data.payload)
    },
  } satisfies PeerSide)
  const rpc = createBirpc<BrokerSide, PeerSide>(functions, {
    post: (message) => options.write(`${JSON.stringify(message)}\n`),
    on: (fn) => {
      receive = fn
    },
    timeout: -1,
  })
  const splitter = createLineSplitter({
    maxLine: LIMITS.brokerMessage,
    onTooLong: () =>
      options.onBroken(`The gate sent more than ${LIMITS.brokerMessage} characters in one line.`),
    onLine: (line) => {
      if (ended !== null) return
      if (!greeted) {
        greeted = true
        options.onGreeting?.(line)
        return
      }
      const message = parseLine(line)
      if (message) receive(message)
      else options.onBroken('The gate sent a line that is no message.')
    },
  })
  const unavailable = (): CallAnswer => ({
    ok: false,
    fault: { code: 'unavailable', text: ended ?? 'The connection to the gate ended.' },
  })
  return {
    receive: splitter.push,
    async call(method, params, surface) {
      if (ended !== null) return unavailable()
      const raw = await rpc.call({ method, params, ...(surface ? { surface } : {}) }).catch(() => null)
      if (raw === null) return unavailable()
      const answer = Answer.safeParse(raw)
      if (answer.success) return answer.data
      return {
        ok: false,
        fault: { code: 'internal', text: 'The gate answered with something that is no answer.' },
      }
    },
    async ping() {
      await rpc.ping()
    },
    subscribe: (events) => void rpc.subscribe.asEvent([...events]).catch(() => {}),
    desktopReply: (reply) => void rpc.desktopReply.asEvent(reply).catch(() => {}),
    end(text) {
      if (ended !== null) return
      ended = text
      rpc.$close(new Error(text))
    },
  }
}

function parseLine(line: string): unknown {
  try {
    const parsed = RpcEnvelope.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
