/**
 * When the consent window is on the screen, and what closing it means. It stands there while questions wait, and goes
 * when none does. Closing it says no to the one question that it showed; the next one brings it back.
 */
import type { Answer, Question } from '../../contract/consent.ts'

export interface ConsentTurn {
  /** The questions that wait now, as the broker told them. */
  questions(waiting: Question[]): void
  /** The window drew this question. */
  shown(question: { questionId: string; hash: string }): void
  /** The person closed the window. */
  closed(): void
  waiting(): number
}

export function createConsentTurn(parts: {
  show: () => void
  hide: () => void
  /** Says no for the person; resolves when the broker has taken it, or not. */
  deny: (answer: Answer) => Promise<unknown>
  /** There are questions, and there were fewer before. */
  onMore: (count: number) => void
}): ConsentTurn {
  let waiting: Question[] = []
  let onScreen: { questionId: string; hash: string } | null = null
  const denying = new Set<string>()

  const open = () => waiting.filter((question) => !denying.has(question.id))
  function update(before: number): void {
    const count = open().length
    if (count === 0) {
      onScreen = null
      parts.hide()
      return
    }
    parts.show()
    if (count > before) parts.onMore(count)
  }
  return {
    waiting: () => open().length,
    shown(question) {
      onScreen = question
    },
    questions(now) {
      const before = open().length
      waiting = now
      update(before)
    },
    closed() {
      const question = open().find(({ id }) => id === onScreen?.questionId) ?? open()[0]
      parts.hide()
      onScreen = null
      if (!question) return
      denying.add(question.id)
      void parts.deny(denial(question)).finally(() => {
        denying.delete(question.id)
        // Not taken, or others wait: the window comes back.
        update(open().length)
      })
    },
  }
}

function denial(question: Question): Answer {
  return {
    questionId: question.id,
    hash: question.hash,
    answer: 'deny',
    scope: 'once',
    step: 0,
    reason: 'The person closed the question without an answer.',
    rememberDeny: false,
    pauseAgent: false,
    shownMs: 0,
  }
}
