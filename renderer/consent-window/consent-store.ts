/**
 * The questions that wait, and the one on the screen. The one on the screen stays there while it waits, whatever order
 * the others come in: nothing takes its place under the person's hand. A new version of it (another hash) is a new
 * question to the guard. An answer carries the hash of what was shown; the broker refuses any other.
 */
import { createStore, type StoreApi } from 'zustand'
import type { Answer, Question, ScopeStep } from '../../contract/consent.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'

export interface ConsentState {
  /** Null until the first list has come. */
  questions: Question[] | null
  /** Being answered: its buttons are dead, so that nothing is answered twice. */
  sending: boolean
  /** Why the last answer counted for nothing, or why the questions could not be read. */
  notice: string
  /** Ladder steps with what each would have met in the past, by question hash. */
  replays: Record<string, ScopeStep[]>
  follow: () => () => void
  answer: (answer: Omit<Answer, 'questionId' | 'hash'>, question: Question) => Promise<void>
  /** Tells the broker that this question stands on the screen. False: it did not take it. */
  tellShown: (question: Question) => Promise<boolean>
  replay: (question: Question) => Promise<void>
}

export function createConsentStore(bridge: PageBridge): StoreApi<ConsentState> {
  return createStore<ConsentState>((set, get) => {
    const take = (questions: Question[]) => set({ questions: keepFirst(get().questions, questions) })
    const load = () =>
      bridge.call('questions.list', {}).then(
        ({ questions }) => take(questions),
        () => set({ notice: 'The questions can’t be read just now. Nothing is allowed meanwhile.' }),
      )
    return {
      questions: null,
      sending: false,
      notice: '',
      replays: {},
      follow: () => {
        const off = bridge.on('questions', ({ questions }) => take(questions))
        const offBroker = bridge.onBroker(({ state }) => {
          if (state === 'ready') void load()
          else set({ questions: [], sending: false })
        })
        void load()
        return () => {
          off()
          offBroker()
        }
      },
      answer: async (answer, question) => {
        if (get().sending) return
        set({ sending: true, notice: '' })
        const full: Answer = { ...answer, questionId: question.id, hash: question.hash }
        const told = await bridge.call('consent.answer', full).catch(() => ({
          accepted: false,
          why: 'Your answer did not arrive. Nothing was allowed; answer again if the question is still here.',
        }))
        const rest = (get().questions ?? []).filter(({ id }) => id !== question.id)
        set(told.accepted ? { sending: false, questions: rest } : { sending: false, notice: told.why })
        if (!told.accepted) await load()
      },
      tellShown: (question) =>
        bridge.call('consent.shown', { questionId: question.id, hash: question.hash }).then(
          () => true,
          () => false,
        ),
      replay: async (question) => {
        if (get().replays[question.hash]) return
        await bridge.call('consent.replay', { questionId: question.id }).then(
          ({ steps }) => set({ replays: { ...get().replays, [question.hash]: steps } }),
          () => {},
        )
      },
    }
  })
}

/** The new list, with the question that is on the screen still first while it still waits. */
export function keepFirst(before: Question[] | null, now: Question[]): Question[] {
  const shown = before?.[0]
  const still = shown && now.find(({ id }) => id === shown.id)
  return still ? [still, ...now.filter((question) => question !== still)] : now
}
