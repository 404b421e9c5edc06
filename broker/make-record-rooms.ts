/** What the broker keeps and what it cleans before: the record, the documents, our own log, and the leak scan. */
import { join } from 'node:path'
import { keepOpeningLog } from './activity/keep-opening.ts'
import { knownSealKeys } from './activity/seal-key.ts'
import { witnessFile, witnessInDocuments, witnessInFile } from './activity/witness-places.ts'
import { createDiagnosticLog } from './diagnostic-log.ts'
import type { BrokerOptions } from './make-rooms.ts'
import { createCredentialFinder } from './secrets/find-credentials.ts'
import { createScanAside } from './secrets/scan-aside.ts'
import { scrubBriefly } from './secrets/scrub-briefly.ts'
import { openDocumentStore } from './store/documents.ts'

export type RecordRooms = ReturnType<typeof makeRecordRooms>

export function makeRecordRooms(options: BrokerOptions, clock: () => number) {
  const { paths } = options
  const diagnostic = createDiagnosticLog(paths.data, (text) => leaks.brief(text).redacted)
  const onFault = (error: unknown) => diagnostic.fault('broker', error)
  const leaks = createScanAside({ credentials: createCredentialFinder(undefined, onFault) })

  const store = openDocumentStore({ file: join(paths.data, 'state.db') })
  const kept = keepOpeningLog({
    file: join(paths.data, 'activity.db'),
    clock,
    productVersion: options.version,
    publicKeys: knownSealKeys(store),
    witness: [
      witnessInDocuments(store),
      ...(options.lasting
        ? [witnessInFile(witnessFile(paths.data, options.env, process.platform, options.home))]
        : []),
    ],
    onFault,
  })
  // What the gate writes was cleaned there; the rest is what people and agents are called, and say of an incident.
  const log: typeof kept = { ...kept, append: (entry) => kept.append(scrubBriefly(leaks, entry)) }
  return { diagnostic, onFault, leaks, store, kept, log }
}
