import { RotateCw, ShieldOff } from 'lucide-react'
import { useStore } from 'zustand'
import { Button } from '../design/button.tsx'
import { EmptyState, Skeleton } from '../design/empty-state.tsx'
import { useStores } from './stores.ts'

/** In place of the page while the broker is away. Without it nothing can act, and that is said first. */
export function BrokerAway() {
  const { link } = useStores()
  const { broker, restart } = useStore(link)
  if (broker.state === 'starting') {
    return (
      <div className="page" aria-busy="true">
        <div className="page-inner">
          <Skeleton lines={9} />
          <p className="starting">{broker.text || 'The gate is starting.'}</p>
        </div>
      </div>
    )
  }
  return (
    <div role="alert" className="page">
      <EmptyState
        icon={<ShieldOff aria-hidden="true" />}
        title={broker.state === 'silent' ? 'The gate does not answer' : 'The gate has closed'}
        actions={
          <Button tone="primary" size="large" icon={<RotateCw />} onClick={() => void restart()}>
            Start it again
          </Button>
        }
      >
        {broker.state === 'silent'
          ? 'Until it answers, tools get nothing more from it; a program that is already running may go on. '
          : 'The part of Sallyport that decides and acts has ended, so no agent can do anything. The record up to this moment is safe. '}
        {broker.text}
      </EmptyState>
    </div>
  )
}
