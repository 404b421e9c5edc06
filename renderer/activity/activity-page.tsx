import { useCallback, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { useFollow, useStores } from '../app/stores.ts'
import { DetailPane } from './detail-pane.tsx'
import { FilterBar, RecordBar } from './filter-bar.tsx'
import { RowList } from './row-list.tsx'
import { Timeline } from './timeline.tsx'
import './activity.css'

/** The record, live: filters, lanes, rows, and one entry in full. The address can name an entry, a run, a search. */
export function ActivityPage() {
  const { activity, route } = useStores()
  const { rest, params } = useStore(route)
  const { selected, select, setFilter, follow } = useStore(activity)
  const [started, setStarted] = useState(false)
  const seq = Number(rest[0])
  const run = params.run
  // The filter of the address counts before anything is asked for.
  useEffect(() => {
    if (run !== undefined) setFilter({ runId: run })
    setStarted(true)
  }, [run, setFilter])
  useFollow(started ? follow : nothing)
  useEffect(() => {
    void select(Number.isSafeInteger(seq) && seq > 0 ? seq : null)
  }, [seq, select])
  const open = useCallback(
    (next: number | null) => {
      const { go, params: kept } = route.getState()
      go('activity', next === null ? [] : [String(next)], kept)
    },
    [route],
  )
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && selected !== null) open(null)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [selected, open])
  return (
    <div className="activity">
      <FilterBar />
      <Timeline />
      <div className={selected === null ? 'activity-body' : 'activity-body with-detail'}>
        <RowList onOpen={open} />
        {selected !== null && <DetailPane onOpen={open} />}
      </div>
      <RecordBar />
    </div>
  )
}

const nothing = () => () => {}
