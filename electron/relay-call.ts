/**
 * A window's call on its way to the broker. The shell adds which window it came from; it parses, so that nonsense ends
 * here, and decides nothing. Stop alone takes a way of its own, because it must work when the broker does not.
 */
import { z } from 'zod'
import { METHODS, type MethodName, type Surface } from '../contract/broker-api.ts'
import type { CallAnswer, DoorLink } from '../contract/door-link.ts'
import type { StopEverything } from './stop-everything.ts'

export type WindowSurface = Extract<Surface, 'page' | 'consent'>
export type RelayCall = (
  surface: WindowSurface,
  call: { method: MethodName; params: unknown },
) => Promise<CallAnswer>

/** How long a call waits for a broker that starts, in milliseconds. */
const START_LIMIT_MS = 20_000

export function createRelay(parts: {
  whenReady: (limitMs: number) => Promise<DoorLink | null>
  stopEverything: StopEverything
  /** A window asked for a method that is not for it. */
  onForged: (text: string) => void
}): RelayCall {
  return async (surface, { method, params }) => {
    const row = METHODS[method]
    if (!(row.surfaces as readonly string[]).includes(surface)) {
      parts.onForged(`The ${surface} window called ${method}, which is not for it.`)
      return fault('not-allowed', `"${method}" can't be called from this window.`)
    }
    const parsed = row.params.safeParse(params)
    if (!parsed.success) return fault('bad-request', `${method}: ${z.prettifyError(parsed.error)}`)
    if (method === 'stop.now') return parts.stopEverything({ surface, params: parsed.data })
    const link = await parts.whenReady(START_LIMIT_MS)
    if (!link) return fault('unavailable', 'The gate is closed. Nothing was done.')
    return link.call(method, params, surface)
  }
}

function fault(code: string, text: string): CallAnswer {
  return { ok: false, fault: { code, text: text.slice(0, 2000) } }
}
