/** What a capability read, on its way to the tool: free of known secrets, and the run remembers where it came from. */
import { type Outcome, ok } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type { CallContext, LabelledPart, LeakScanner, OriginTracker, PartSink } from '../ports.ts'

export interface LabelParts {
  label(context: CallContext, result: LabelledPart): Outcome<Json>
  /** Each part is labelled before the tool has it. */
  labelled(context: CallContext, sink: PartSink<Json>): PartSink<LabelledPart>
}

export function createLabelParts(parts: { leaks: LeakScanner; origins: OriginTracker }): LabelParts {
  function clean(context: CallContext, result: LabelledPart): Json {
    // A packed value was looked through before it was packed.
    const value = result.noted === undefined ? parts.leaks.redactJson(result.value).value : result.value
    const noted = result.noted ?? value
    parts.origins.noteRead(context.run?.id ?? context.callId, noted, result.origins, result.private)
    context.onRead?.(result.origins.map(({ origin }) => origin))
    return value
  }
  return {
    label: (context, result) => ok(clean(context, result)),
    labelled: (context, sink) => ({
      open: (head) => sink.open(clean(context, head)),
      part: (part) => sink.part(clean(context, part)),
      closed: sink.closed,
    }),
  }
}
