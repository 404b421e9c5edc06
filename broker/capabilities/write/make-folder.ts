/** fs.makeFolder: the folder and all that is missing above it. One that is there already is no failure. */
import { type Outcome, ok } from '../../../contract/outcome.ts'
import type { OperationArgs } from '../../../contract/request.ts'
import type { EffectResult, PerformContext, Prepared } from '../../ports.ts'
import { explainErrno } from '../files/explain-error.ts'
import type { HeldNothing, HeldPlace } from '../files/held.ts'
import { lastName, sentenceOn } from '../files/name-paths.ts'
import { createPreparedHold, plainPrepared } from '../hold-prepared.ts'
import { entryAt, inPlace, makeFolder, needsOf, type WriteDeps } from './open-place.ts'

export function createMakeFolder(deps: WriteDeps) {
  const held = createPreparedHold<HeldPlace | HeldNothing>()

  function prepare(args: OperationArgs<'fs.makeFolder'>): Outcome<Prepared> {
    const found = deps.files.target(args.path)
    if (found.kind !== 'ok') return found
    const place = found.value
    const prepared = plainPrepared({
      operation: 'fs.makeFolder',
      capability: 'fs.write',
      needs: needsOf(place),
      exact: [{ label: 'Folder', text: place.path, spans: [], long: false }],
      binding: JSON.stringify(['fs.makeFolder', place.path]),
      sentence: { ...sentenceOn('Make folder', place.path, deps.files.home) },
      dispose: place.close,
    })
    return ok(held.keep(prepared, place))
  }

  async function perform(prepared: Prepared, context: PerformContext): Promise<Outcome<EffectResult>> {
    const place = held.of(prepared)
    // The root and the like: they are there.
    if (!('folder' in place))
      return place.errno === 'EISDIR'
        ? made(place.path, false)
        : explainErrno(place.errno, lastName(place.path))
    return inPlace(deps, place, true, context, async ({ folder, name, at }) => {
      const there = entryAt(at)
      if (there) return there.isDirectory() ? made(place.path, false) : explainErrno('EEXIST', name)
      const done = await makeFolder(deps, folder, name, context)
      if (done.kind !== 'ok') return done
      done.value.held.close()
      return made(place.path, true)
    })
  }

  return { prepare, perform }
}

function made(path: string, created: boolean): Outcome<EffectResult> {
  return ok({
    value: { path, created },
    origins: [{ field: '', origin: { kind: 'own', source: 'Sallyport' } }],
    private: false,
    bytesIn: 0,
    bytesOut: 0,
    details: { created },
  })
}
