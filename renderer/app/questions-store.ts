import { createStore, type StoreApi } from 'zustand'
import type { Question } from '../../contract/consent.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { mirror } from './mirror.ts'

/** What waits for an answer. The main window only shows that; the answer is given in the consent window. */
export interface QuestionsState {
  questions: Question[]
  fault: string
  follow: () => () => void
}

export function createQuestionsStore(bridge: PageBridge): StoreApi<QuestionsState> {
  return createStore<QuestionsState>((set) => ({
    questions: [],
    fault: '',
    follow: () =>
      mirror({
        bridge,
        event: 'questions',
        load: async () => (await bridge.call('questions.list', {})).questions,
        fromEvent: ({ questions }) => questions,
        apply: (questions) => set({ questions, fault: '' }),
        fail: (fault) => set({ fault }),
      }),
  }))
}
