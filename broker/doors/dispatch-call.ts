/**
 * From a call on a door to a method of the Api and back. The table in the contract says which methods exist for which
 * surface and what goes in and out; nothing else is reachable, whatever name a caller sends. What the Api returns is
 * parsed too, so a field that the contract does not name never leaves the broker.
 */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { LogUnavailable } from '../../contract/activity.ts'
import {
  type Api,
  ApiError,
  ApiFault,
  type Caller,
  METHODS,
  type MethodName,
} from '../../contract/broker-api.ts'

export type CallAnswer = { ok: true; value: unknown } | { ok: false; fault: ApiFault }
export type Dispatcher = (method: string, params: unknown, caller: Caller) => Promise<CallAnswer>

/** A call that was turned away at the door. */
export interface RefusedCall {
  caller: Caller
  method: string
  code: string
  text: string
}

/**
 * Never rejects. Faults: `bad-request` (no such method, or parameters that don't parse), `not-allowed` (the method is
 * not for this surface), the code of an `ApiError` or of a refusal that the Api threw, `disk-full` and `unavailable` when
 * something can't be kept, else `internal`.
 */
export function createDispatcher(options: {
  api: Api
  /** For the record: someone asked for what is not theirs. */
  onRefused: (refusal: RefusedCall) => void
  /** For the diagnostic log: the exception behind an `internal` fault, under the id that the caller was told. */
  onBug: (bug: { id: string; method: string; error: unknown }) => void
}): Dispatcher {
  const { api, onRefused, onBug } = options
  return async (name, params, caller) => {
    if (!Object.hasOwn(METHODS, name)) {
      const text = `There is no method "${printable(name)}". The program that asked may be of another version.`
      onRefused({ caller, method: printable(name), code: 'bad-request', text })
      return fault('bad-request', text)
    }
    const method = name as MethodName
    const row = METHODS[method]
    if (!(row.surfaces as readonly string[]).includes(caller.surface)) {
      const text = `"${method}" can't be called from ${WHERE[caller.surface]}.`
      onRefused({ caller, method, code: 'not-allowed', text })
      return fault('not-allowed', text)
    }
    const input = row.params.safeParse(params ?? {})
    if (!input.success) return fault('bad-request', `${method}: ${wordsOf(input.error)}`)
    try {
      const run = api[method] as (params: unknown, caller: Caller) => Promise<unknown>
      return { ok: true, value: row.result.parse(await run.call(api, input.data, caller)) }
    } catch (error) {
      const known = spokenFault(error)
      if (known) return known
      const id = randomUUID().slice(0, 8)
      onBug({ id, method, error })
      return fault(
        'internal',
        `Sallyport made a mistake in "${method}" (${id}). Try again; the diagnostic log has the details.`,
      )
    }
  }
}

/** Of thousands of faults the first are enough. */
const TOLD_ISSUES = 8
const wordsOf = ({ issues }: z.ZodError) => z.prettifyError(new z.ZodError(issues.slice(0, TOLD_ISSUES)))

const WHERE: Record<Caller['surface'], string> = {
  page: 'the main window',
  consent: 'the consent window',
  shell: 'the desktop shell',
  cli: 'the command line',
}

const Spoken = z.object({ kind: z.enum(['refused', 'failed']), code: z.string(), person: z.string() })

function spokenFault(error: unknown): CallAnswer | null {
  if (error instanceof ApiError) return fault(error.code, error.message)
  const outcome = Spoken.safeParse(error)
  if (outcome.success) return fault(outcome.data.code, outcome.data.person)
  return diskFault(error)
}

const SQLITE_FULL = 13

/** Nobody's mistake, and something that a person can do about. */
function diskFault(error: unknown): CallAnswer | null {
  if (error instanceof LogUnavailable) return fault('unavailable', error.message)
  const { errcode, code } = (error ?? {}) as { errcode?: unknown; code?: unknown }
  const isFull = errcode === SQLITE_FULL || code === 'ENOSPC' || code === 'EDQUOT'
  return isFull ? fault('disk-full', 'The disk is full. Free some space, then try again.') : null
}

function fault(code: string, text: string): CallAnswer {
  return { ok: false, fault: ApiFault.parse({ code: code.slice(0, 40), text: text.slice(0, 2000) }) }
}

/** A name that a stranger chose, fit for a sentence and for the log. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, 64)
}
