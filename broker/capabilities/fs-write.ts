/**
 * fs.write: new content, folders, moves, copies. Each is made exact first (places held, content hashed), recorded for
 * undo, and done through the held folders, so that what is changed is what was decided on.
 */
import type { Permit } from '../gate/permit.ts'
import type { CapabilityModule } from '../ports.ts'
import { createCopyEntries } from './write/copy-entries.ts'
import { createMakeFolder } from './write/make-folder.ts'
import { createMoveEntries } from './write/move-entries.ts'
import type { WriteDeps } from './write/open-place.ts'
import { createWriteFile } from './write/write-file.ts'

export type FsWriteDeps = WriteDeps

export function createFsWriteCapability(deps: FsWriteDeps): CapabilityModule {
  const writeFile = createWriteFile(deps)
  const makeFolder = createMakeFolder(deps)
  const move = createMoveEntries(deps)
  const copy = createCopyEntries(deps)
  const performers = {
    'fs.writeFile': writeFile.perform,
    'fs.writeStream': writeFile.perform,
    'fs.makeFolder': makeFolder.perform,
    'fs.move': move.perform,
    'fs.copy': copy.perform,
  } as const

  return {
    operations: ['fs.writeFile', 'fs.writeStream', 'fs.makeFolder', 'fs.move', 'fs.copy'],
    async prepare(request, context) {
      switch (request.operation) {
        case 'fs.writeFile':
          return writeFile.prepare(request.args)
        case 'fs.writeStream':
          return writeFile.prepareStaged(request.args, context)
        case 'fs.makeFolder':
          return makeFolder.prepare(request.args)
        case 'fs.move':
          return move.prepare(request.args)
        case 'fs.copy':
          return copy.prepare(request.args)
        default:
          throw new Error(`fs.write does not do ${request.operation}.`)
      }
    },
    async perform(permit: Permit, prepared, context) {
      permit.consume('fs.write', prepared.binding)
      const perform = performers[prepared.operation as keyof typeof performers]
      return perform(prepared, context)
    },
  }
}
