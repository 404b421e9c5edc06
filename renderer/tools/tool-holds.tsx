/** What holds a tool up: a person's pause, or a freeze because its canary turned up. */
import { Pause, Play, Snowflake } from 'lucide-react'
import type { FrozenTool } from '../../contract/broker-api.ts'
import { useAct, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { ShownText } from '../design/shown-text.tsx'

export function PauseButton({ name, paused }: { name: string; paused: boolean }) {
  const { bridge } = useStores()
  const act = useAct()
  const fault = paused ? 'The tool is still paused' : 'The tool was not paused'
  return (
    <Button
      size="small"
      icon={paused ? <Play /> : <Pause />}
      onClick={() => void act(fault, () => bridge.call('tools.pause', { name, paused: !paused }))}
    >
      {paused ? 'Resume' : 'Pause'}
    </Button>
  )
}

export function PausedNotice() {
  return (
    <div className="notice" role="status">
      <Pause aria-hidden="true" />
      <span className="grow">
        <b className="strong">Paused.</b> What it is asked for waits until you resume it. A program that it
        already runs goes on to its end.
      </span>
    </div>
  )
}

/** Why nothing of it runs, and the way back, which only a person can take. */
export function FrozenNotice({ frozen }: { frozen: FrozenTool }) {
  const { bridge } = useStores()
  const act = useAct()
  const thaw = () =>
    void act('The tool is still frozen', () => bridge.call('tools.thaw', { name: frozen.tool }))
  return (
    <div className="notice deny" role="status">
      <Snowflake aria-hidden="true" />
      <span className="grow">
        <b className="strong">Frozen.</b> <ShownText text={frozen.why} field="reason" /> A canary is a fake
        credential that each tool is given and that nothing needs; only code that gathers credentials touches
        it. Nothing of this tool runs. Remove it, or find out what it did before you let it work again.
      </span>
      <Button size="small" onClick={thaw}>
        Let it work again
      </Button>
    </div>
  )
}
