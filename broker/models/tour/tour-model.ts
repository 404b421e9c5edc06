/**
 * The model of the guided tour: deterministic, no network, the same interface as a real one. It streams in small
 * pieces, so that a first look is like a real run, and reacts to what the gate really answered.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { failed } from '../../../contract/outcome.ts'
import type { ModelClient, ModelEvent, ModelMessage, ModelRequest } from '../../ports.ts'
import { playTour, type TourCall, type TourPlay, type TourResults } from './tour-script.ts'

/** Milliseconds. The whole tour takes under six seconds besides waiting for people. */
export interface TourPace {
  /** Between two pieces of text. */
  piece: number
  /** Before a turn's first word. */
  turn: number
}
export const TOUR_PACE: TourPace = { piece: 12, turn: 150 }

/** One client plays one tour, from its first call on. `folder` is the sample folder. */
export function createTourModel(folder: string, pace: TourPace = TOUR_PACE): ModelClient {
  let play: TourPlay | null = null
  return {
    async *stream(request) {
      const results = lastResults(request.messages)
      play ??= playTour(folder) // the first results go to nobody: there are none
      const next = play.next(results)
      const turn = next.value as typeof next.value | undefined
      if (!turn)
        return yield {
          kind: 'fault',
          fault: failed('tool-error', 'The tour is over. Start it again for another one.'),
        }
      yield* speak(turn.say, pace, request.signal)
      for (const [index, call] of turn.calls.entries())
        yield { kind: 'call', call: callOf(call, index, request) }
      yield { kind: 'end', reason: turn.calls.length > 0 ? 'calls' : 'done', tokensIn: 0, tokensOut: 0 }
    },
  }
}

async function* speak(text: string, pace: TourPace, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  await pause(pace.turn, signal)
  for (const piece of text.match(/.{1,12}(?:\s|$)|.{1,12}|\s/gsu) ?? []) {
    yield { kind: 'text', text: piece }
    await pause(pace.piece, signal)
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (ms > 0) await wait(ms, undefined, { signal })
}

/** Finds the offered tool; one that isn't offered is called all the same, and answered by the run. */
function callOf({ tool, fn, input }: TourCall, index: number, request: ModelRequest) {
  const turns = request.messages.filter(({ role }) => role === 'model').length
  return { id: `tour_${turns}_${index}`, name: `${tool}__${fn}`, input }
}

/** Outcomes of the calls of the last turn, in order. */
function lastResults(messages: ModelMessage[]): TourResults {
  const from = messages.findLastIndex(({ role }) => role === 'model')
  return messages.slice(from + 1).flatMap((message) => (message.role === 'tool' ? [message.outcome] : []))
}
