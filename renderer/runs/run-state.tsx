import type { RunState } from '../../contract/agent.ts'
import { Mark } from '../design/mark.tsx'
import { RUN_WORDS } from './run-words.ts'

export function RunStateMark({ state }: { state: RunState }) {
  const { word, mark } = RUN_WORDS[state]
  return mark ? (
    <Mark kind={mark} word={word} quiet={mark === 'allow'} />
  ) : (
    <span className="faint small">{word}</span>
  )
}
