/** What only the desktop shell can do. */
import type { Outcome, Refused } from '../../contract/outcome.ts'

/** What only a desktop session can do; through the shell, or by small programs when headless. */
export interface Desktop {
  /** The refusal of all that it is asked to do, where there is none now. */
  unable(): Refused | null
  do(
    action:
      | { do: 'notify'; title: string; body: string }
      | { do: 'clipboard.write'; text: string }
      | { do: 'clipboard.read' }
      | { do: 'open'; target: string; kind: 'url' | 'path' }
      | { do: 'trash'; path: string },
  ): Promise<Outcome<string>>
}
