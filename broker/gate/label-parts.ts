/** What a capability read, on its way to the tool: free of known secrets, and the run remembers where it came from. */
import { type Outcome, ok } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type { CallContext, LabelledPart, LeakScanner, OriginTracker, PartSink } from '../ports.ts'
import { isUnread, NOT_LOOKED_THROUGH } from './find-leak.ts'

export interface LabelParts {
  label(context: CallContext, result: LabelledPart): Promise<Outcome<Json>>
  /** Each part is labelled before the tool has it. */
  labelled(context: CallContext, sink: PartSink<Json>): PartSink<LabelledPart>
}

export function createLabelParts(parts: { leaks: LeakScanner; origins: OriginTracker }): LabelParts {
  /** A packed value was looked through before it was packed. */
  const clean = ({ noted, value }: LabelledPart) =>
    noted === undefined ? parts.leaks.redactJson(value) : { value, hits: [] }

  function note(context: CallContext, result: LabelledPart, value: Json): Json {
    const noted = result.noted ?? value
    parts.origins.noteRead(context.run?.id ?? context.callId, noted, result.origins, result.private)
    context.onRead?.(result.origins)
    return value
  }
  return {
    async label(context, result) {
      const cleaned = clean(result)
      const { value, hits } = cleaned instanceof Promise ? await cleaned : cleaned
      return isUnread(hits) ? NOT_LOOKED_THROUGH : ok(note(context, result, value))
    },
    labelled(context, sink) {
      let opening: Promise<void> | null = null
      return {
        open(head) {
          const cleaned = clean(head)
          const open = (value: Json) => sink.open(note(context, head, value))
          if (cleaned instanceof Promise) opening = cleaned.then(({ value }) => open(value))
          else open(cleaned.value)
        },
        async part(part, last) {
          const cleaned = clean(part)
          const { value } = cleaned instanceof Promise ? await cleaned : cleaned
          if (opening) await opening
          return sink.part(note(context, part, value), last)
        },
        closed: sink.closed,
      }
    },
  }
}
