/**
 * A consent desk with a standing answer, for a tool that a person runs by hand in a terminal with `--answer allow` or
 * `--answer deny`. It grants nothing beyond the one request, and has no window to be asked through.
 */
import { refused } from '../../contract/outcome.ts'
import type { ConsentDesk } from '../ports.ts'

export function answerAlways(
  answer: 'allow' | 'deny',
  newId: (kind: string) => string,
): Pick<ConsentDesk, 'ask'> {
  return {
    async ask() {
      const questionId = newId('q')
      if (answer === 'allow') return { kind: 'allow', questionId, grant: null, ms: 0 }
      return {
        kind: 'deny',
        questionId,
        refused: refused(
          'denied-by-person',
          'This asks, and the answer in this terminal is no. Run it with --answer tty to decide yourself.',
        ),
        ms: 0,
      }
    },
  }
}
