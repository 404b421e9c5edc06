/** Whether a principal may call a tool's function now, and whether the input fits it. */
import { type Refused, refused } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type { CallContext, CanaryWatch, Decider, InstalledTool, StopSwitch } from '../ports.ts'
import { createInputFit, type InputFit } from './fit-input.ts'
import { refusalFor } from './refusal-for.ts'
import type { RunUsage } from './run-usage.ts'

export interface MayCallParts {
  stop: StopSwitch
  canaries: CanaryWatch
  decider: Decider
  usage: RunUsage
}
/** What refuses the call; null when it may go on. `offered`: the tool has such a function. */
export type MayCallTool = (
  context: Omit<CallContext, 'tool' | 'callId'>,
  tool: InstalledTool,
  fn: string,
  input: Json,
  offered: boolean,
) => Refused | null

export function createMayCallTool(parts: MayCallParts): MayCallTool {
  const inputFits = new WeakMap<InstalledTool, Map<string, InputFit>>()

  function mayCall(
    context: Omit<CallContext, 'tool' | 'callId'>,
    tool: InstalledTool,
    fn: string,
    input: Json,
    offered: boolean,
  ): Refused | null {
    const stopped = parts.stop.blocks(context.principal.id)
    if (stopped && stopped.code !== 'paused') return stopped
    const frozen = parts.canaries.frozen(tool.name)
    if (frozen) return frozen
    const decision = parts.decider.decideToolCall({
      principal: context.principal,
      perimeter: context.perimeter,
      stop: stopped,
      tool,
    })
    if (decision.effect === 'deny' && stopped?.code !== 'paused') return refusalFor(decision)
    if (!offered)
      return refused('invalid-request', `The tool ${tool.name} has no function “${fn.slice(0, 64)}”.`)
    const misfit = fitOf(tool, fn).check(input)
    if (misfit) {
      const place = misfit.path === '' ? '' : ` at “${misfit.path}”`
      return refused(
        'invalid-request',
        `The input of ${tool.name}.${fn} doesn’t fit${place}: ${misfit.text}.`,
      )
    }
    return parts.usage.countCall(context)
  }

  function fitOf(tool: InstalledTool, fn: string): InputFit {
    const fits = inputFits.get(tool) ?? new Map<string, InputFit>()
    inputFits.set(tool, fits)
    const known = fits.get(fn)
    if (known) return known
    const made = createInputFit(
      tool.manifest.functions.find((each) => each.name === fn)?.input ?? { not: {} },
    )
    fits.set(fn, made)
    return made
  }

  return mayCall
}
