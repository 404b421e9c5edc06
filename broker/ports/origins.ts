/** Where what a run has read came from. */
import type { Lamps, Origin, OriginSpan } from '../../contract/origin.ts'
import type { Perimeter } from '../../contract/perimeter.ts'
import type { Json } from '../../contract/words.ts'
import type { Prepared } from './capability.ts'
import type { FlowFacts } from './deciding.ts'
import type { Soon } from './secrets.ts'

export interface Framed {
  text: string
  /** Characters that were taken out. */
  hidden: number
}

/** What a run has read and what the person typed; answers where a value came from. */
export interface OriginTracker {
  personSaid(runId: string, text: string): void
  /** A value came into the run, with the origins of its fields. */
  noteRead(
    runId: string,
    value: Json,
    origins: { field: string; origin: Origin; namedBy?: string }[],
    isPrivate: boolean,
    /** The function of a tool that gave it, and what it was called with. */
    call?: { name: string; input: Json },
  ): void
  /** The model wrote text after outside text: it is outside too. */
  noteModel(runId: string, text: string): void
  lamps(runId: string, perimeter: Perimeter): Lamps
  flow(
    runId: string,
    perimeter: Perimeter,
    prepared: Pick<Prepared, 'needs' | 'sentence' | 'exact' | 'operation' | 'bytesOut'>,
    toolCall: {
      tool: string
      function: string
      input: Json
      /** The tool's function that the model called, and with what. */
      call?: { function: string; input: Json }
    } | null,
  ): Soon<FlowFacts & { spans: OriginSpan[][] }>
  /** Text for the model, framed as data with its origin, hidden characters stripped and counted; long text in turns. */
  frame(value: string, origins: Origin[]): Soon<Framed>
  end(runId: string): void
}
