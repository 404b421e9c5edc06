/** Stop: who can be ended, and the switch. */
import type { Refused } from '../../contract/outcome.ts'
import type { StopReceipt, StopState } from '../../contract/stop.ts'

/** Anything that must end on Stop registers here. `end` must not wait on the thing it ends. */
export interface Stoppable {
  name: string
  /** It has effects by itself, and so is ended too when the broker leaves without a stop. */
  atExit?: boolean
  /** Ends what belongs to `scope` ('all' or a principal id) and reports what it ended. */
  end(scope: 'all' | string): Promise<{
    isolates?: number
    processes?: number
    sockets?: number
    runs?: number
    questions?: number
    credentials?: number
    alreadyLeft?: string[]
    survivors?: number[]
  }>
  /**
   * Holds still what runs for those who are paused, their deadlines included, and lets the others go on. Called when it
   * is registered and whenever a pause begins or ends; `isPaused` stays true to the state, for what starts meanwhile.
   */
  hold?(isPaused: (principalId: string) => boolean): void
}

/** Tools that a person paused, whoever uses them. */
export interface PausedTools {
  /** Set while the tool is paused: wait with `whilePaused` and ask again. */
  blocks(tool: string): Refused | null
  /** Waits while the tool is paused. Rejects never; the signal ends the wait. */
  whilePaused(tool: string, signal: AbortSignal): Promise<void>
}

export interface StopSwitch {
  state(): StopState
  /**
   * Before every effect, synchronously: null when free to go on. Code `stopped` is final; code `paused` means: wait with
   * `whilePaused` and ask again. What a person does `byHand`, in this moment, only the end of the app blocks.
   */
  blocks(principalId: string, byHand?: boolean): Refused | null
  /** Waits while the principal is paused; returns at once otherwise. Rejects never; a stop ends the wait. */
  whilePaused(principalId: string, signal: AbortSignal): Promise<void>
  register(part: Stoppable): () => void
  stop(by: string, scope?: 'all' | string, drill?: boolean): Promise<StopReceipt>
  /** Lifts the stop of everything, or of one agent. Only ever called for a person in an unlocked session. */
  resume(by: string, agentId?: string): StopState
  setPaused(by: string, paused: boolean, agentId?: string): StopState
  onChange(fn: (state: StopState) => void): () => void
}
