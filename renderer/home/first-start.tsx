import { Bot, CircleCheck, DoorOpen, OctagonX, ScrollText } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useStore } from 'zustand'
import { useAct, useCopy, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { CommandHint } from '../design/command-hint.tsx'

/** The first minute: what this is, in three lines, and one thing to press. `above`: what can't wait until then. */
export function FirstStart({ above }: { above?: ReactNode }) {
  const { bridge, route, link } = useStores()
  const { go } = useStore(route)
  const parts = useStore(link, (state) => state.status?.parts) ?? []
  const [busy, setBusy] = useState(false)
  const act = useAct()
  const copy = useCopy()
  const missing = parts.filter(({ state }) => state !== 'ok')
  const tour = async () => {
    setBusy(true)
    const run = await act('The tour did not start', () => bridge.call('runs.tour', {}))
    setBusy(false)
    if (run) go('runs', [run.id])
  }
  return (
    <div className="page first-start">
      <div className="first-inner">
        {above}
        <GatePicture />
        <h2>Let agents work. Keep the keys.</h2>
        <ul className="promises">
          <li>
            <DoorOpen aria-hidden="true" />
            <span>
              <b className="strong">One gate.</b> Files, web, commands, secrets: an agent reaches them only
              through it.
            </span>
          </li>
          <li>
            <OctagonX aria-hidden="true" />
            <span>
              <b className="strong">You draw the line.</b> Inside it work goes on quietly; what would cross it
              asks first.
            </span>
          </li>
          <li>
            <ScrollText aria-hidden="true" />
            <span>
              <b className="strong">All on record.</b> Each step is written down before it happens, and Stop
              ends everything.
            </span>
          </li>
        </ul>
        <div className="first-actions">
          <Button tone="primary" size="large" disabled={busy} onClick={() => void tour()}>
            Take the tour
          </Button>
          <Button size="large" icon={<Bot />} onClick={() => go('agents', ['new'])}>
            Create an agent
          </Button>
        </div>
        <p className="faint">
          The tour takes two minutes. It needs no model and no key: a scripted helper tidies a sample folder,
          and meets a note that tries to trick it.
        </p>
        <footer>
          {missing.length > 0 ? (
            <button type="button" className="link-button" onClick={() => go('readiness')}>
              {parts.length - missing.length} of {parts.length} parts are ready on this computer
            </button>
          ) : (
            parts.length > 0 && (
              <span className="all-ready">
                <CircleCheck aria-hidden="true" /> All parts are ready on this computer
              </span>
            )
          )}
          <CommandHint command="sallyport tour" onCopy={copy} />
        </footer>
      </div>
    </div>
  )
}

/** Agents at the left, the gate, your things at the right; what passes is drawn with the four marks' shapes. */
function GatePicture() {
  return (
    <svg className="gate-picture" viewBox="0 0 420 132" aria-hidden="true" fill="none">
      <g className="paths">
        <path d="M62 34 C 120 34 130 66 182 66" />
        <path d="M62 66 H 182" />
        <path d="M62 98 C 120 98 130 66 182 66" />
        <path className="through" d="M238 66 C 290 66 300 34 358 34" />
        <path className="through" d="M238 66 H 358" />
        <path className="asks" d="M238 66 C 290 66 300 98 358 98" />
      </g>
      <g className="agents">
        <rect className="hue-0" x="40" y="24" width="20" height="20" rx="5" />
        <rect className="hue-1" x="40" y="56" width="20" height="20" rx="5" />
        <rect className="hue-2" x="40" y="88" width="20" height="20" rx="5" />
      </g>
      <path className="ground" d="M150 118 H 270" />
      <path className="outer" d="M174 118 V 62 a 36 36 0 0 1 72 0 V 118" />
      <path className="inner" d="M196 118 V 68 a 14 14 0 0 1 28 0 V 118" />
      <g className="things">
        <rect x="360" y="24" width="20" height="20" rx="5" />
        <rect x="360" y="56" width="20" height="20" rx="5" />
        <rect x="360" y="88" width="20" height="20" rx="5" />
        <path d="M366 31 H 374 M366 34.5 H 374 M366 38 H 371" />
        <path d="M370 60.5 a 5.5 5.5 0 1 0 .01 0 M364.5 66 H 375.5 M370 60.5 c -3 3 -3 8 0 11 c 3 -3 3 -8 0 -11" />
        <path d="M365.5 94.5 L 369 98 L 365.5 101.5 M370.5 101.5 H 375" />
      </g>
      <circle className="dot" cx="300" cy="48" r="5" />
      <circle className="dot" cx="320" cy="66" r="5" />
      <path className="diamond" d="M308 77.5 316.5 86 308 94.5 299.5 86z" />
    </svg>
  )
}
