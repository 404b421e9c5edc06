import { ChevronRight, Info, TriangleAlert, Wrench } from 'lucide-react'
import { memo, useState } from 'react'
import { useStore } from 'zustand'
import type { RunItem } from '../../contract/agent.ts'
import { useStores } from '../app/stores.ts'
import { CapabilityIcon } from '../design/capability.tsx'
import { format, formatDuration } from '../design/format.ts'
import { Mark, type MarkKind } from '../design/mark.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { ModelText } from './model-text.tsx'

type Call = Extract<RunItem, { kind: 'call' }>
type Effect = Call['effects'][number]

/** One thing that happened in a run. Memoised: of a long run, only what changed is drawn again. */
export const ItemView = memo(function ItemView({ item }: { item: RunItem }) {
  if (item.kind === 'prompt')
    return (
      <li className="item prompt">
        <span className="item-who">You</span>
        <div className="prompt-text select wrap-anywhere">
          <ShownText text={item.text} field="argument" quietLines />
        </div>
      </li>
    )
  if (item.kind === 'text')
    return (
      <li className="item said" aria-busy={!item.done}>
        <ModelText text={item.text} />
      </li>
    )
  if (item.kind === 'note')
    return (
      <li className={`item note ${item.tone}`}>
        {item.tone === 'info' ? <Info aria-hidden="true" /> : <TriangleAlert aria-hidden="true" />}
        <ShownText text={item.text} field="argument" />
      </li>
    )
  return (
    <li className="item step">
      <CallView call={item} />
    </li>
  )
})

const CALL_MARKS: Record<Call['state'], { kind: MarkKind | null; word: string; quiet: boolean }> = {
  running: { kind: null, word: 'Working', quiet: true },
  asking: { kind: 'ask', word: 'Asks you', quiet: false },
  ok: { kind: 'allow', word: 'Done', quiet: true },
  refused: { kind: 'deny', word: 'Refused', quiet: false },
  failed: { kind: null, word: 'Failed', quiet: true },
}

/** A machine's answer, and a refusal whose reason stands there already, are shown on request. */
function isForReading({ summary, state, effects }: Call): boolean {
  return (state !== 'refused' || effects.length === 0) && !/^\s*[[{]/.test(summary)
}

/** One line when all went quietly; what was asked, refused or has several effects shows them without a click. */
function CallView({ call }: { call: Call }) {
  const [open, setOpen] = useState(false)
  const single = call.effects.length === 1 ? call.effects[0] : undefined
  const settled = call.state === 'ok' || call.state === 'refused'
  const mark = single && settled ? markOfEffect(single) : CALL_MARKS[call.state]
  const listed = open || call.effects.length > 1
  const refusal = single?.state === 'refused' && !open ? single.decision?.because[0] : undefined
  return (
    <article className={`call card ${call.state}`}>
      <button type="button" className="call-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        {single ? <CapabilityIcon capability={single.capability} /> : <Wrench aria-hidden="true" />}
        <span className="call-title">
          <ShownText text={single ? single.subject : call.title} field="argument" />
        </span>
        <code className="faint call-name">
          {call.tool}.{call.function}
        </code>
        <span className="call-mark">
          {mark.kind ? (
            <Mark kind={mark.kind} word={mark.word} quiet={mark.quiet} />
          ) : (
            <span className="faint small">{mark.word}</span>
          )}
        </span>
        <span className="faint small number right">{single?.ms != null && formatDuration(single.ms)}</span>
        <ChevronRight className="twist" aria-hidden="true" />
      </button>
      {listed && call.effects.length > 0 && (
        <ul className="effects">
          {call.effects.map((effect, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: effects only grow at the end
            <EffectRow key={at} effect={effect} open={open} />
          ))}
        </ul>
      )}
      {!listed && single && <OutputView effect={single} open={open} />}
      {refusal && (
        <div className="because deny refusal">
          <ShownText text={refusal.text} field="reason" />
        </div>
      )}
      {call.summary && (open || isForReading(call)) && (
        <p className={open ? 'call-summary open select' : 'call-summary select'}>
          <ShownText text={call.summary} field="argument" quietLines />
        </p>
      )}
      {open && call.log && (
        <div className="call-input">
          <span className="faint small">What the tool’s code wrote</span>
          <Written text={call.log} label="What the tool’s code wrote" />
        </div>
      )}
      {open && (
        <div className="call-input">
          <span className="faint small">What the agent sent, at {format.clock(call.at)}</span>
          <ShownText text={JSON.stringify(call.input, null, 2)} field="argument" block quietLines />
        </div>
      )}
    </article>
  )
}

function markOfEffect(effect: Effect): { kind: MarkKind; word: string; quiet: boolean } {
  if (effect.state === 'asking') return { kind: 'ask', word: 'Asks you', quiet: false }
  if (effect.state === 'refused')
    return effect.asked
      ? { kind: 'ask', word: 'You denied', quiet: false }
      : { kind: 'deny', word: 'Denied', quiet: false }
  return effect.asked
    ? { kind: 'ask', word: 'You allowed', quiet: false }
    : { kind: 'allow', word: 'Allowed', quiet: true }
}

function EffectRow({ effect, open }: { effect: Effect; open: boolean }) {
  const { route } = useStores()
  const { go } = useStore(route)
  const mark = markOfEffect(effect)
  const because = effect.decision?.because ?? []
  const { seq } = effect
  return (
    <li>
      <div className="effect">
        <CapabilityIcon capability={effect.capability} />
        <span className="wrap-anywhere">
          <ShownText text={effect.subject} field="argument" />
        </span>
        <Mark kind={mark.kind} word={mark.word} quiet={mark.quiet} />
        <span className="faint small number right">
          {effect.state === 'failed' ? 'failed' : effect.ms === null ? '' : formatDuration(effect.ms)}
        </span>
      </div>
      <OutputView effect={effect} open={open} />
      {(open || effect.state === 'refused') && because.length > 0 && (
        <div className={`because ${mark.kind}`}>
          {because.slice(0, open ? undefined : 1).map(({ rule, text }) => (
            <p key={rule + text}>
              <ShownText text={text} field="reason" /> {open && <code className="faint">{rule}</code>}
            </p>
          ))}
          {open && seq !== null && (
            <button type="button" className="link-button small" onClick={() => go('activity', [String(seq)])}>
              Entry {format.count(seq)} in activity
            </button>
          )}
        </div>
      )}
    </li>
  )
}

/** What a program writes, while it runs; afterwards on request. */
function OutputView({ effect, open }: { effect: Effect; open: boolean }) {
  if (!effect.output || (effect.state !== 'open' && !open)) return null
  return <Written text={effect.output} label="What the program writes" />
}

function Written({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="program-output select" tabIndex={0} aria-label={label}>
      <ShownText text={text} field="argument" block quietLines />
    </section>
  )
}
