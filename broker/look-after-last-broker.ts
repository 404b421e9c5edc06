/** What programs left whose broker was killed while they ran: looked for, set aside, and written into the record. */
import { settleUnlooked } from './capabilities/commands/settle-unlooked.ts'
import { leftRefusal } from './capabilities/commands/tell-left.ts'
import { createFileRoom } from './capabilities/files/file-room.ts'
import type { ActivityLog, Clock, Decider, DocumentStore, UndoRecorder } from './ports.ts'

export interface LastBroker {
  ownPaths: readonly string[]
  home: string
  undo: UndoRecorder
  documents: DocumentStore
  decider: Decider
  log: Pick<ActivityLog, 'append'>
  clock: Clock
}

export function lookAfterLastBroker(parts: LastBroker): Promise<void> {
  const { home, ownPaths, undo, documents, decider, log, clock } = parts
  // Nothing of what it had read is known any more, and none of it bears on what its folders keep out.
  const flow = { lamps: { outside: false, private: false, send: false }, backed: true, unbacked: [] }
  return settleUnlooked({
    ...{ files: createFileRoom({ ownPaths, home }), undo, documents },
    rules: ({ principal, run, perimeter }) => ({
      wouldDecide: (need) =>
        decider.decide({
          ...{ need, principal, perimeter, flow, runId: run?.id ?? null, tool: null, stop: null },
          now: clock(),
        }).effect,
      ruleSubjects: () => decider.subjects(perimeter),
    }),
    found({ principal, run, callId, words }, left) {
      const refusal = leftRefusal(left, home)
      if (!refusal) return
      log.append({
        kind: 'decision',
        subject: `Leave something for later by ${words}`.slice(0, 200),
        ...{ principal, run, callId, decision: 'deny', ok: false },
        because: [{ layer: 'default', rule: refusal.code, text: refusal.person }],
      })
    },
  })
}
