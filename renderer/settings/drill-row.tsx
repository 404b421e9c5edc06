import { useState } from 'react'
import { useStore } from 'zustand'
import { useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { Confirm } from '../design/dialog.tsx'

/** Stop, tried: what was never tried is only believed to work. */
export function DrillRow() {
  const { link } = useStores()
  const { status, stop } = useStore(link)
  const [asking, setAsking] = useState(false)
  return (
    <li>
      <div>
        <span>Try Stop</span>
        <p className="small faint">
          A drill ends everything for real and shows how fast; it is in the record as one.
        </p>
      </div>
      <Button disabled={status?.stop.stopped === true} onClick={() => setAsking(true)}>
        Hold a drill
      </Button>
      <Confirm
        open={asking}
        title="Hold a drill?"
        text="Everything that is at work ends, as with Stop. Agents stay stopped until you resume."
        confirmLabel="Stop everything"
        cancelLabel="Not now"
        danger
        onConfirm={() => void stop(undefined, true)}
        onClose={() => setAsking(false)}
      />
    </li>
  )
}
