/**
 * command.run: a program with its arguments, never a line for a shell. Which file runs is resolved on a fixed path;
 * it runs contained, with the agent's folders and hosts and no others; each connection is decided by the gate; time,
 * memory, processes and output have limits; and all of it ends as one.
 */

import { commandLine } from '../../contract/command-line.ts'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { OperationArgs } from '../../contract/request.ts'
import type { CommandResource } from '../../contract/resource.ts'
import { shortPath } from '../../contract/short-path.ts'
import type { Permit } from '../gate/permit.ts'
import type {
  CapabilityModule,
  ContainedPrograms,
  DocumentStore,
  EffectResult,
  LeakScanner,
  PerformContext,
  PrepareContext,
  Prepared,
  UndoRecorder,
} from '../ports.ts'
import { attendProgram } from './commands/attend-program.ts'
import { badArgument } from './commands/check-argv.ts'
import { closeBelow } from './commands/close-below.ts'
import { exactLines, needsOf } from './commands/describe-command.ts'
import { type EnvironmentParts, fillEnvironment, refuseEnvironment } from './commands/fill-environment.ts'
import { hostsOf, placeFor } from './commands/hosts-of.ts'
import { isOpaqueCommand } from './commands/is-opaque-command.ts'
import { noteProgram } from './commands/leftovers.ts'
import type { LookLimits } from './commands/look-below.ts'
import { noteSent } from './commands/note-sent.ts'
import { isVisible, onlyRead, reachOf } from './commands/program-reach.ts'
import { isRunnable, type ResolvedProgram, resolveProgram } from './commands/resolve-program.ts'
import { labelOf, MAX_MEMORY, MAX_PROCESSES } from './commands/tell-end.ts'
import { unlooked } from './commands/tell-shut.ts'
import { explainErrno } from './files/explain-error.ts'
import type { FileRoom } from './files/file-room.ts'
import type { HeldNothing, HeldThing } from './files/held.ts'
import { fit, lastName } from './files/name-paths.ts'
import { hashOf } from './hash-content.ts'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'
import { type ResolveName, resolveName } from './network/check-addresses.ts'

export interface CommandRunDeps extends EnvironmentParts {
  files: FileRoom
  contained: ContainedPrograms
  leaks: Pick<LeakScanner, 'stream'>
  /** Keeps what a program left where it may leave nothing. */
  undo: Pick<UndoRecorder, 'setAside'>
  documents: Pick<DocumentStore, 'put' | 'delete'>
  /** Where programs are looked up. */
  searchPath: string
  /** How far its folders are looked through before a program starts. */
  look?: LookLimits
  /** Names to addresses; the system's own unless a test plays it. */
  resolve?: ResolveName
}

type Args = OperationArgs<'command.run'>
type Operation = 'command.run' | 'command.start'
interface Held {
  args: Args
  program: ResolvedProgram
  resource: CommandResource
  cwd: HeldThing | HeldNothing
}

export function createCommandRunCapability(deps: CommandRunDeps): CapabilityModule {
  const { files, contained } = deps
  const held = createPreparedHold<Held>()
  const running = new Set<Set<string>>()

  /** `asked`: whether a person answers for this very command. */
  const reachFor = (resource: CommandResource, perimeter: Perimeter, asked: boolean) => {
    const reach = reachOf(perimeter, files, asked)
    return resource.readOnly ? onlyRead(reach) : reach
  }

  /** Where it lies, unless its bare name would find the same one: another may be named like it. */
  function spokenName(asked: string, file: string): string {
    const bare = lastName(file)
    if (!/[\\/]/.test(asked)) return bare
    const found = resolveProgram(bare, deps.searchPath, files)
    return found.kind === 'ok' && found.value.program === file ? bare : shortPath(file, files.home)
  }

  function prepare(operation: Operation, args: Args, who: PrepareContext): Outcome<Prepared> {
    const { perimeter } = who
    const [name, ...rest] = args.argv as [string, ...string[]]
    const bad = badArgument(args.argv)
    if (bad) return bad
    const program = resolveProgram(name, deps.searchPath, files)
    if (program.kind !== 'ok') return program
    const cwd = files.thing(args.cwd)
    if (cwd.kind !== 'ok') return cwd
    const file = program.value.program
    const resource: CommandResource = {
      kind: 'command',
      program: file,
      ...(program.value.asked ? { asked: program.value.asked } : {}),
      args: rest,
      cwd: cwd.value.path,
      ...(cwd.value.way ? { way: cwd.value.way } : {}),
      // What can only look does no more harm for running anything.
      opaque: !args.readOnly && isOpaqueCommand(file, rest),
      ...(args.readOnly ? { readOnly: true } : {}),
    }
    const prepared = plainPrepared({
      operation,
      capability: 'command.run',
      needs: needsOf(resource, args),
      exact: exactLines(resource, args, reachFor(resource, perimeter, true), files.home),
      binding: JSON.stringify([
        operation,
        resource,
        args.stdin === undefined ? null : hashOf(args.stdin),
        args.secrets,
      ]),
      sentence: {
        verb: 'Run',
        object: fit(commandLine([spokenName(name, file), ...rest]), 300),
        tail:
          fit(`in ${shortPath(cwd.value.path, files.home)}`, 100) + (args.readOnly ? ', reading only' : ''),
      },
      bytesOut: 0,
      destructive: resource.opaque,
      unable: () => refuseEnvironment(deps, args, resource, who),
      dispose: cwd.value.close,
    })
    return ok(held.keep(prepared, { args, program: program.value, resource, cwd: cwd.value }))
  }

  async function perform(
    permit: Permit,
    prepared: Prepared,
    context: PerformContext,
  ): Promise<Outcome<EffectResult>> {
    const { args, program, resource, cwd } = held.of(prepared)
    const no = refuseStart(program, cwd, args.argv[0] as string)
    if (no) return no
    const env = await fillEnvironment(deps, permit, args, resource, context)
    if (env.kind !== 'ok') return env
    const asked = context.wouldDecide({ capability: 'command.run', resource }) === 'ask'
    const { shut, before, ...reach } = await closeBelow(reachFor(resource, context.perimeter, asked), {
      ...{ files, context, asked, cwd: resource.cwd },
      ...(deps.look ? { limits: deps.look } : {}),
    })
    if (!isVisible(resource.cwd, reach)) return unlooked(resource, shut) ?? unseen(resource)
    const words = fit(commandLine([lastName(resource.program), ...resource.args]), 200)
    const { timeoutMs } = args
    const after = noteProgram({ ...deps, running }, { reach, before, context, asked, words, timeoutMs })
    const sent = noteSent(resource, context, (host, port) => placeFor(host, port, context))
    const started = await contained.start({
      principalId: context.principal.id,
      words,
      program: program.entry as string,
      args: resource.args,
      cwd: resource.cwd,
      env: env.value,
      input: args.stdin ?? '',
      ...reach,
      maxMemory: MAX_MEMORY,
      maxProcesses: MAX_PROCESSES,
      timeoutMs,
      ...hostsOf(resource, context, deps.resolve ?? resolveName),
      onSent: sent.onSent,
      signal: context.signal,
    })
    if (started.kind !== 'ok') {
      after.forget()
      return started
    }
    const left = started.value.ended.then(after.look)
    context.parts?.open({ value: {}, ...labelOf(resource) })
    const { leaks } = deps
    return attendProgram(
      started.value,
      { args, resource, reach: { ...reach, shut }, left, sent, leaks, home: files.home },
      context,
    )
  }

  function refuseStart(program: ResolvedProgram, cwd: HeldThing | HeldNothing, asked: string) {
    if (program.entry === null || !isRunnable(program.program)) {
      const name = `There is no program named “${lastName(program.program)}” here`
      // The same words for nothing at all: what is there is nobody's to learn who only may run something.
      const how = /[\\/]/.test(asked)
        ? ' that may be run. A script needs the permission for that (chmod +x).'
        : '.'
      return failed('not-found', name + how)
    }
    const now = resolveProgram(program.entry, deps.searchPath, files)
    if (now.kind !== 'ok' || now.value.program !== program.program)
      return failed(
        'changed',
        `“${lastName(program.program)}” was replaced in the meantime. Nothing was run.`,
      )
    if (cwd.state === 'missing') return explainErrno(cwd.errno, lastName(cwd.path))
    if (!cwd.stat.isDirectory()) return explainErrno('ENOTDIR', lastName(cwd.path))
    return files.holder.stillThere(cwd)
      ? null
      : failed('changed', `“${lastName(cwd.path)}” was moved in the meantime. Nothing was run.`)
  }

  return {
    operations: ['command.run', 'command.start'],
    async prepare(request, context) {
      if (request.operation === 'command.run' || request.operation === 'command.start')
        return prepare(request.operation, request.args, context)
      throw new Error(`command.run does not do ${request.operation}.`)
    },
    async perform(permit, prepared, context) {
      permit.consume('command.run', prepared.binding)
      if (prepared.operation === 'command.start' && !context.parts)
        return refused('invalid-request', 'Only a tool’s code can take a program’s output in parts.')
      return perform(permit, prepared, context)
    },
  }
}

/** What it would write there would be lost, and it would be told that all is well. */
function unseen({ program, cwd }: CommandResource): Outcome<EffectResult> {
  const [name, folder] = [lastName(program), lastName(cwd)]
  return refused(
    'outside-perimeter',
    `“${name}” was not run: it would not see “${folder}”, because reading there is not open to programs of this tool. The agent’s perimeter, your rules and the tool’s manifest (fs.read) each have to allow it.`,
    `“${name}” was not run: programs of this tool can not see the folder “${folder}” (reading is not allowed there without a question, or the tool’s manifest does not name fs.read). Run it in a folder that the agent may read, or ask the person to allow reading there.`,
  )
}
