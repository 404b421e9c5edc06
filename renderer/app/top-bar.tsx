import { useStore } from 'zustand'
import { plural } from '../design/format.ts'
import { Shape } from '../design/mark.tsx'
import { PAGE_LIST } from './page-list.tsx'
import { useStores } from './stores.ts'

const STOP = 'Stop everything'

/** Title, what is going on in one line, and Stop: always here, always the same size. */
export function TopBar() {
  const { route, link } = useStores()
  const page = useStore(route, (state) => state.page)
  const { status, stopping, stop } = useStore(link)
  const stopped = status?.stop.stopped ?? false
  return (
    <header className="top">
      <h1>{PAGE_LIST[page].label}</h1>
      <Doing />
      <button
        type="button"
        className={stopped ? 'stop-button stopped' : 'stop-button'}
        aria-disabled={stopping || stopped}
        onClick={() => !stopping && !stopped && void stop()}
      >
        <span className="stop-room" aria-hidden="true">
          <Shape kind="stop" /> {STOP}
        </span>
        <span>
          <Shape kind="stop" /> {stopped ? 'Stopped' : stopping ? 'Stopping' : STOP}
        </span>
      </button>
    </header>
  )
}

function Doing() {
  const { link } = useStores()
  const { status, broker } = useStore(link)
  if (broker.state !== 'ready' || !status) return <span className="doing" />
  if (status.stop.stopped) return <span className="doing">Nothing runs</span>
  return (
    <span className="doing" role="status">
      <i className={status.runsActive > 0 ? 'pulse on' : 'pulse'} aria-hidden="true" />
      <span>
        {status.stop.paused
          ? 'All agents are paused'
          : status.runsActive > 0
            ? `${plural(status.runsActive, 'run')} under way`
            : 'No agent is working'}
      </span>
      {status.questions > 0 && (
        <span className="asks">
          <Shape kind="ask" />
          {plural(status.questions, 'question waits', 'questions wait')}
        </span>
      )}
    </span>
  )
}
