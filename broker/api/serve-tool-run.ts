/**
 * One call of a tool's function outside of any agent, for authors and scripts: the real sandbox, the real gate, a
 * perimeter from a policy file, and the entries that it made.
 */
import { resolve } from 'node:path'
import { ApiError, type ParsedParams, type ToolRunResult } from '../../contract/broker-api.ts'
import { Perimeter } from '../../contract/perimeter.ts'
import type { PolicyFile } from '../../contract/policy.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Json } from '../../contract/words.ts'
import { answerAlways } from '../consent/answer-always.ts'
import { compilePolicy } from '../gate/decide/compile-policy.ts'
import { withToolRules } from '../gate/decide/tool-rules.ts'
import { makeGate } from '../gate/make-gate.ts'
import type { Rooms } from '../make-broker.ts'
import type { Gate, InstalledTool } from '../ports.ts'
import { type ApiGroup, orFault, orMissing } from './group.ts'
import { parsePolicyText } from './parse-policy-text.ts'

/** Of one call, the first so many are given back. */
const ENTRIES = 10_000
const LOG = { lines: 1_000, characters: 256 * 1024 }
const TERMINAL = { id: 'cli', kind: 'cli', name: 'the command line' } as const

export function serveToolRun(rooms: Rooms): ApiGroup<'tool.run'> {
  /** One gate for each policy text and answer: a batch of hundreds compiles its policy once. */
  const gates = new Map<string, { gate: Gate; perimeter: Perimeter }>()
  const tools = new Map<string, InstalledTool>()

  /** As in the person's own file. What a whole gate goes by is set in this one, which is for one command and its file. */
  function takeSettings(file: PolicyFile | null): Settings {
    const settings = file ? rooms.settings.under(file.settings) : rooms.settings.get()
    for (const key of ['strictSandbox', 'requireOsSandbox'] as const)
      if (settings[key] !== rooms.settings.get()[key]) rooms.settings.set({ [key]: settings[key] })
    return settings
  }

  function gateFor({ policyText = '', answer }: ParsedParams<'tool.run'>) {
    const key = `${answer}\n${policyText}`
    const known = gates.get(key)
    if (known) return known
    const file = policyText === '' ? null : parsePolicyText(rooms.policy, policyText)
    const settings = takeSettings(file)
    const sources = { ...rooms.policy.sources(), personal: file }
    const compiled = withToolRules(compilePolicy(sources, rooms.places), settings.toolRules)
    const consent = answer === 'tty' ? rooms.consent : answerAlways(answer, rooms.newId)
    const made = {
      gate: makeGate({
        ...{ ...rooms, consent },
        policy: () => compiled,
        toolLimits: () => settings.toolLimits,
        credentialRule: () => settings.unknownCredentials,
      }),
      perimeter: file?.perimeter ?? Perimeter.parse({}),
    }
    gates.set(key, made)
    return made
  }

  async function toolFor({ path, name, cwd }: ParsedParams<'tool.run'>): Promise<InstalledTool> {
    if (path === undefined)
      return orMissing(rooms.catalog.get(name ?? ''), `There is no tool named “${name ?? ''}”.`)
    const full = resolve(cwd ?? '/', path)
    const tool = tools.get(full) ?? orFault(await rooms.catalog.loadFolder(full))
    tools.set(full, tool)
    return tool
  }

  async function run(params: ParsedParams<'tool.run'>): Promise<ToolRunResult> {
    const tool = await toolFor(params)
    const { gate, perimeter } = gateFor(params)
    const fn = params.fn ?? tool.manifest.functions[0]?.name ?? ''
    const callId = rooms.newId('call')
    const own: number[] = []
    const log: ToolRunResult['log'] = []
    let characters = 0
    const onLog = (level: string, text: string) => {
      characters += text.length
      if (log.length < LOG.lines && characters <= LOG.characters) log.push({ level, text })
    }
    const unfollow = rooms.log.onEntry((entry) => {
      if (entry.callId === callId && own.length < ENTRIES) own.push(entry.seq)
    })
    const began = performance.now()
    const inside: Perimeter = perimeter.tools.some((line) => line.name === tool.name)
      ? perimeter
      : { ...perimeter, tools: [...perimeter.tools, { name: tool.name, hash: tool.hash }] }
    const run = { id: rooms.newId('run'), title: `${tool.name}.${fn}` }
    const { outcome } = await gate.passToolCall(
      { principal: TERMINAL, perimeter: inside, run, signal: new AbortController().signal, onLog },
      { callId, tool, fn, input: params.input },
    )
    const ms = performance.now() - began
    await rooms.log.commit().catch(rooms.onFault)
    unfollow()
    const entries = own.map((seq) => rooms.log.entryAlone(seq)).filter((entry) => entry !== null)
    rooms.origins.end(run.id)
    return { id: params.id ?? null, outcome: outcome as unknown as Json, entries, log, ms }
  }

  return {
    async 'tool.run'(params) {
      if (rooms.options.lasting)
        throw new ApiError(
          'not-allowed',
          'A tool is run by hand behind a gate of its own: sallyport tool run.',
        )
      return run(params)
    },
  }
}
