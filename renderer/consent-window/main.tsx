/** The consent window: the only page whose yes counts. It shares the design with the other pages, and nothing else. */
import { StrictMode, useCallback, useEffect, useMemo, useRef } from 'react'
import { createRoot } from 'react-dom/client'
import { type StoreApi, useStore } from 'zustand'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import '../design/tokens.css'
import '../design/base.css'
import '../design/components.css'
import './consent.css'
import { type ConsentState, createConsentStore } from './consent-store.ts'
import type { Draft } from './draft.ts'
import { QuestionPage } from './question-page.tsx'

declare global {
  interface Window {
    readonly sallyport: PageBridge
  }
}

function ConsentWindow({ store, bridge }: { store: StoreApi<ConsentState>; bridge: PageBridge }) {
  const { questions, sending, notice, replays, follow, answer, tellShown, replay } = useStore(store)
  useEffect(() => follow(), [follow])
  const question = questions?.[0]
  const typed = useRef<{ id: string; draft: Draft | undefined; focus: string | undefined }>(null)
  useEffect(() => {
    const remember = (event: FocusEvent) => {
      const control = event.target instanceof HTMLElement ? event.target.dataset.control : undefined
      if (typed.current) typed.current.focus = control
    }
    window.addEventListener('focusin', remember)
    return () => window.removeEventListener('focusin', remember)
  }, [])
  const onHeight = useCallback(
    (height: number) =>
      void bridge
        .desktop({ do: 'consentHeight', height: Math.min(4000, Math.max(100, height)) })
        .catch(() => {}),
    [bridge],
  )
  const before = useMemo(() => {
    if (question && typed.current?.id !== question.id)
      typed.current = { id: question.id, draft: undefined, focus: undefined }
    return { draft: typed.current?.draft, focus: typed.current?.focus }
  }, [question])

  if (!question) {
    return (
      <main className="nothing">
        <p>{questions === null && !notice ? '' : notice || 'Nothing waits for an answer.'}</p>
      </main>
    )
  }
  return (
    <main>
      <QuestionPage
        key={question.hash}
        question={question}
        behind={(questions?.length ?? 1) - 1}
        sending={sending}
        notice={notice}
        replay={replays[question.hash]}
        before={before.draft}
        focusOn={before.focus}
        onDraft={(draft) => {
          if (typed.current) typed.current.draft = draft
        }}
        onAnswer={(given) => {
          // What was typed for this question, a secret among it, is not kept a moment longer than the answer needs.
          if (typed.current) typed.current.draft = undefined
          void answer(given, question)
        }}
        onPainted={() => tellShown(question)}
        onWider={() => void replay(question)}
        onHeight={onHeight}
      />
    </main>
  )
}

const root = document.getElementById('root')
if (root) {
  const bridge = window.sallyport
  createRoot(root).render(
    <StrictMode>
      <ConsentWindow store={createConsentStore(bridge)} bridge={bridge} />
    </StrictMode>,
  )
}
