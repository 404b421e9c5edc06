/** Puts into an outcome how a call ended: what the tool threw, which limit it met, or what became of its process. */
import type { ToolLimits } from '../../contract/manifest.ts'
import { type Failed, failed, type Outcome, type Refused, refused } from '../../contract/outcome.ts'
import type { ToolError } from '../../contract/sandbox-wire.ts'
import type { Json } from '../../contract/words.ts'
import type { SandboxEnd } from './sandbox-process.ts'

const TEXT = 1500
/** What a sandbox process that does its part says of a result that is too large. */
const TOO_LARGE =
  /^The result (?:takes \d+ bytes as JSON; \d+ are allowed \(outputBytes\)|is too rich: (?:it nests deeper than \d+ levels|it holds more than \d+ values|an object in it has more than \d+ keys, where a list would do))\.$/

export interface CallFacts {
  tool: string
  limits: ToolLimits
  /** Outcomes that the tool was given and did not get past, by request. */
  refusals: ReadonlyMap<number, Refused | Failed>
}

/** The tool's own words are marked as such: they are not ours. */
export function outcomeOfError(error: ToolError, { tool, limits, refusals }: CallFacts): Outcome<Json> {
  const said = error.message.slice(0, TEXT)
  switch (error.kind) {
    case 'refused':
    case 'failed': {
      const known = error.request === undefined ? undefined : refusals.get(error.request)
      if (known) return known
      if (error.code === 'budget')
        return refused(
          'budget',
          `${tool} reached its limit of ${limits.capabilityCalls} requests for one call, or had too many open at once.`,
        )
      return failed('tool-error', `${tool} failed: ${said}`)
    }
    case 'too-large': {
      // A refusal is read as our own words, so nothing else may stand in it.
      const why = TOO_LARGE.test(said) ? said : `More than ${limits.outputBytes} bytes are not handed over.`
      return refused(
        'too-large',
        `${tool} gave back more than one call may: ${why}`,
        `${tool} gave back too much. ${why} Ask for less at once.`,
      )
    }
    case 'out-of-memory':
      return outOfMemory(tool, limits)
    case 'cancelled':
      return cancelled(tool)
    case 'load':
      return failed('tool-error', `${tool} could not be loaded: ${said}`)
    default: {
      const place = error.stack
        ?.split('\n')
        .find((line) => /^\s+at /.test(line))
        ?.trim()
      return failed(
        'tool-error',
        `${tool} failed: ${said}`,
        place ? `${tool} failed: ${said} (${place.slice(0, 200)})` : undefined,
      )
    }
  }
}

/** @param together calls in the process, all of which end with it: they share its memory */
export function outOfMemory(tool: string, limits: ToolLimits, together = 1): Failed {
  if (together > 1)
    return failed(
      'out-of-memory',
      `${tool} used more than its ${limits.memoryMb} MB of memory, with ${together} calls of it at the same time, and was ended.`,
      `${tool} ran out of memory (${limits.memoryMb} MB), which ${together} calls of it at the same time shared. Try it with less data, or with fewer calls at once.`,
    )
  return failed(
    'out-of-memory',
    `${tool} used more than its ${limits.memoryMb} MB of memory and was ended.`,
    `${tool} ran out of memory (${limits.memoryMb} MB). Try it with less data.`,
  )
}
export function pastDeadline(tool: string, limits: ToolLimits): Failed {
  return failed(
    'deadline',
    `${tool} took longer than its ${limits.wallMs} ms and was ended.`,
    `${tool} did not finish within ${limits.wallMs} ms. Try it with less data.`,
  )
}
export function outOfCpu(tool: string, limits: ToolLimits): Failed {
  return failed(
    'deadline',
    `${tool} used more than its ${limits.cpuMs} ms of computing time and was ended.`,
    `${tool} computed for more than ${limits.cpuMs} ms. Try it with less data.`,
  )
}
export function cancelled(tool: string): Refused {
  return refused('cancelled', `${tool} was cancelled.`)
}
export function stoppedCall(tool: string): Refused {
  return refused(
    'stopped',
    `${tool} was ended by Stop.`,
    `Everything was stopped by the person. Do not try again until it is resumed.`,
  )
}
/** Another call of the same tool had to be ended with its process. */
export function endedAlongside(tool: string): Failed {
  return failed(
    'crashed',
    `${tool} was ended together with another call of it that did not stop otherwise.`,
    `${tool} was interrupted; what it had begun may be half done. Look before trying again.`,
  )
}

/** For a process that did what no honest one does. */
export function brokeRules(tool: string, fault: string): Failed {
  return failed('crashed', `${tool} was ended: ${fault}.`, `${tool} broke down and was ended.`)
}

/** For a process that ended by itself, or for breaking the rules of its pipe. */
export function outcomeOfEnd(end: SandboxEnd, { tool, limits }: CallFacts): Failed {
  if (end.fault) return brokeRules(tool, end.fault)
  if (/out of memory|is_heap_oom|allocation failed/i.test(end.stderr)) return outOfMemory(tool, limits)
  const how = end.signal ?? `exit code ${end.code}`
  return failed(
    'crashed',
    `The process of ${tool} ended unexpectedly (${how}).`,
    `${tool} broke down (${how}). Trying once more can help; if it happens again, go on without it.`,
  )
}
