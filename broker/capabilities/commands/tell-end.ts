/** How a command ended, in words or as a result. */
import { failed, refused } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import type { CommandResource } from '../../../contract/resource.ts'
import type { ContainedEnd, EffectResult, PerformContext } from '../../ports.ts'
import { fit, lastName } from '../files/name-paths.ts'
import type { Collected } from './collect-output.ts'

type Args = OperationArgs<'command.run'>

/** Of all its processes together, bytes. */
export const MAX_MEMORY = 4 * 1024 * 1024 * 1024
export const MAX_PROCESSES = 512
/** What shells make of a program that a signal ended. */
const SIGNALS: Record<number, string> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  131: 'SIGQUIT',
  132: 'SIGILL',
  134: 'SIGABRT',
  135: 'SIGBUS',
  136: 'SIGFPE',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  141: 'SIGPIPE',
  143: 'SIGTERM',
}

/** Null when it ended by itself: then its exit code speaks. */
export function explainEnd(
  end: ContainedEnd,
  resource: CommandResource,
  args: Args,
  context: PerformContext,
) {
  const name = lastName(resource.program)
  switch (end.endedBy) {
    case 'timeout':
      return failed('deadline', `“${name}” was ended: it ran longer than ${args.timeoutMs} ms.`)
    case 'memory':
      return failed(
        'out-of-memory',
        `“${name}” was ended: it used more than ${MAX_MEMORY / 1024 ** 3} GB of memory.`,
      )
    case 'processes':
      return failed('tool-error', `“${name}” was ended: it started more than ${MAX_PROCESSES} processes.`)
    case 'budget':
      return refused('budget', `“${name}” was ended. ${end.why ?? ''}`.trim())
    case 'stopped':
      return refused(
        'cancelled',
        `“${name}” was ended${context.signal.aborted ? ' with its run' : ''}. What it changed before stays changed.`,
      )
    case 'crash':
      return failed(
        'crashed',
        `“${name}” could not be run in its sandbox, or the sandbox ended. See the diagnostic log.`,
      )
    case 'itself':
      return null
  }
}

/** What it writes is text from outside, and can hold anything that it could read. */
export function labelOf(resource: CommandResource): Pick<EffectResult, 'origins' | 'private'> {
  return {
    origins: [{ field: '', origin: { kind: 'outside', source: fit(resource.program, 500) } }],
    private: true,
  }
}

export function resultOf(of: {
  end: ContainedEnd
  stdout: Collected
  stderr: Collected
  resource: CommandResource
  hint: string | undefined
  /** Folders that it did not have, for the person. */
  shut: string | undefined
  /** What it left where it may leave nothing, for the person. */
  left: string | undefined
  /** Bytes. */
  sent: number
  /** The tool has had what it wrote. */
  inParts: boolean
}): EffectResult {
  const { end, stdout, stderr, resource, hint, shut, left, sent, inParts } = of
  const signal = end.signal ?? (end.exitCode === null ? null : (SIGNALS[end.exitCode] ?? null))
  return {
    value: {
      exitCode: end.exitCode,
      signal,
      ...(inParts ? {} : { stdout: stdout.text, stderr: stderr.text }),
      truncated: stdout.truncated || stderr.truncated,
      ...(hint === undefined ? {} : { sandboxHint: hint }),
    },
    ...labelOf(resource),
    bytesIn: stdout.length + stderr.length,
    bytesOut: sent,
    details: {
      exitCode: end.exitCode,
      wallMs: Math.round(end.wallMs),
      peakRss: end.peakRss,
      denied: end.denied.slice(0, 20),
      ...(end.notAsked > 0 ? { notAsked: end.notAsked } : {}),
      ...(shut === undefined ? {} : { closed: shut }),
      ...(left === undefined ? {} : { setAside: left }),
    },
  }
}
