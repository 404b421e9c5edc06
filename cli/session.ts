/** One command's connection to a broker, and what it needs of the world: handed to every verb. */
import type { Readable, Writable } from 'node:stream'
import type { EventName, EventPayload, MethodName, Params, Result } from '../contract/broker-api.ts'
import type { SallyportPaths } from '../contract/paths.ts'
import { CliError, EXIT } from './exit-code.ts'
import { type OpenLink, openSocket } from './open-socket.ts'
import { startBroker } from './start-broker.ts'

export interface World {
  stdin: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown }
  stdout: Writable & { isTTY?: boolean; columns?: number }
  stderr: Writable
  env: NodeJS.ProcessEnv
  cwd: string
  platform: string
  home: string
  paths: SallyportPaths
  node: string
  brokerMain: string
}
/**
 * `running`: one that runs already, or none. `any`: that, else one started for this command. `own`: one with data of
 * its own, for this command only.
 */
export type Reach = 'running' | 'any' | 'own'

export interface Session {
  /** @throws CliError with the broker's words */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>
  on<E extends EventName>(event: E, fn: (payload: EventPayload<E>) => void): void
  subscribe(events: readonly EventName[]): void
  /** True when this command started the broker, and so is the place where it asks. */
  asksHere: boolean
  close(): Promise<void>
}

/** @throws CliError: exit code 3 when the verb needs a running Sallyport and there is none */
export async function openSession(world: World, reach: Reach): Promise<Session> {
  const listeners = new Map<EventName, ((payload: never) => void)[]>()
  const onEvent = (event: EventName, payload: unknown) => {
    for (const fn of listeners.get(event) ?? []) fn(payload as never)
  }
  let open: OpenLink | null = reach === 'own' ? null : await openSocket({ paths: world.paths, onEvent })
  const asksHere = open === null
  if (open === null && reach === 'running') {
    throw new CliError(
      EXIT.notRunning,
      'not-running',
      'Sallyport is not running. Open it first (in a clone: npm start).',
    )
  }
  open ??= await startBroker({
    node: world.node,
    brokerMain: world.brokerMain,
    mode: reach === 'own' ? '--one-shot' : '--headless',
    env: world.env,
    onEvent,
  })
  const { link, close } = open
  return {
    asksHere,
    close,
    subscribe: link.subscribe,
    on(event, fn) {
      listeners.set(event, [...(listeners.get(event) ?? []), fn as (payload: never) => void])
    },
    async call(method, params) {
      const answer = await link.call(method, params)
      if (answer.ok) return answer.value as Result<typeof method>
      throw new CliError(EXIT.failed, answer.fault.code, answer.fault.text)
    },
  }
}
