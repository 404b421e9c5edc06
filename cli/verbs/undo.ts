/** `sallyport undo`: what a run changed, and putting it back. */
import type { Command } from 'commander'
import type { UndoPreview } from '../../contract/agent.ts'
import { addVerb, type Verbs } from '../define-verb.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { counted, type Output, when } from '../output.ts'

export function addUndo(program: Command, verbs: Verbs): void {
  addVerb<[runId: string | undefined]>(program, verbs, {
    name: 'undo',
    about: 'Put back what a run changed. Without --yes it only shows what would happen.',
    reach: 'any',
    define: (command) =>
      command
        .argument('[run]', 'a run; the newest that changed something when left out')
        .option('--change <id>', 'only this change')
        .option('--call <id>', 'only what this tool call changed')
        .option('--yes', 'do it'),
    async run({ session, out }, options, given) {
      const runId = given ?? (await newestRun(session))
      if (options.yes !== true) {
        const preview = await session.call('runs.undoPreview', { id: runId })
        out.object(preview)
        sayPreview(preview, out)
        return undefined
      }
      const result = await session.call('runs.undo', {
        runId,
        ...(typeof options.change === 'string' ? { changeId: options.change } : {}),
        ...(typeof options.call === 'string' ? { callId: options.call } : {}),
      })
      out.object(result)
      out.say(
        result.undone === 0 && result.skipped.length === 0
          ? 'There was nothing left to put back.'
          : `${out.mark('allow', 'put back')}  ${counted(result.undone, 'change')}`,
      )
      for (const { path, why } of result.skipped)
        out.say(`  left alone: ${out.foreign(path, 'path')} (${why})`)
      return result.skipped.length > 0 ? EXIT.failed : EXIT.ok
    },
  })
}

async function newestRun(
  session: Parameters<Parameters<typeof addVerb>[2]['run']>[0]['session'],
): Promise<string> {
  const { runs } = await session.call('runs.list', { limit: 500 })
  const found = runs.find((run) => run.undoable > 0)
  if (found) return found.id
  throw new CliError(EXIT.failed, 'not-found', 'No run has changed a file that can be put back.')
}

function sayPreview(preview: UndoPreview, out: Output): void {
  for (const change of preview.changes) {
    out.say(
      `${change.id}  ${when(change.at)}  ${change.what}  ${out.foreign(change.path, 'path')}  (${change.state})`,
    )
    if (change.diff) out.say(out.foreign(change.diff).replace(/^/gm, '    '))
  }
  for (const line of preview.notUndoable) out.say(`can't be undone: ${out.foreign(line)}`)
  const can = preview.changes.filter(({ state }) => state === 'can-undo')
  const some = can.some(({ what }) => what !== 'set-aside')
  for (const { id } of can.filter(({ what }) => what === 'set-aside'))
    out.say(`Taken out of effect. To put it there: sallyport undo ${preview.runId} --change ${id} --yes`)
  out.say(
    some
      ? `Nothing is put back yet. To do it: sallyport undo ${preview.runId} --yes`
      : 'This run changed nothing that can be put back.',
  )
}
