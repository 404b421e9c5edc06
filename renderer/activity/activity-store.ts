/**
 * The live record on the Activity page. Thousands of rows a second may come: they are gathered and taken in once a
 * frame. What is older is asked for when the reader gets there.
 */
import { createStore, type StoreApi } from 'zustand'
import type { ActivityEntry, ActivityRow, VerifyReport } from '../../contract/activity.ts'
import type { EventPayload, Result } from '../../contract/broker-api.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from '../app/fault.ts'
import { type ActivityFilter, fits, NO_FILTER, toQuery } from './activity-filter.ts'
import {
  addOlder,
  countNew,
  EMPTY_WINDOW,
  placeOf,
  type RowWindow,
  showFresh,
  takeRows,
} from './row-window.ts'

export type Lanes = Result<'activity.timeline'>['lanes']
export interface Timeline {
  since: number
  until: number
  lanes: Lanes
}
export interface ActivityState {
  filter: ActivityFilter
  window: RowWindow
  /** Rows that fit the filter, in the whole record. */
  total: number
  loading: 'first' | 'older' | null
  /** Nothing older fits the filter. */
  atEnd: boolean
  fault: string
  selected: number | null
  detail: { entry: ActivityEntry; related: ActivityEntry[] } | null
  timeline: Timeline | null
  verifying: boolean
  verified: VerifyReport | null
  follow: () => () => void
  setFilter: (part: Partial<ActivityFilter>) => void
  loadOlder: () => Promise<void>
  /** The reader sees the newest row, or has gone down from it. */
  setAtTop: (atTop: boolean) => void
  showNewest: () => Promise<void>
  select: (seq: number | null) => Promise<void>
  loadTimeline: (span: number) => Promise<void>
  verify: () => Promise<void>
}

export const PAGE = 200
const BUCKETS = 180

export function createActivityStore({
  bridge,
  now,
  nextFrame,
}: {
  bridge: PageBridge
  now: () => number
  nextFrame: (work: () => void) => void
}): StoreApi<ActivityState> {
  return createStore<ActivityState>((set, get) => {
    let atTop = true
    let asked = 0
    const say = (error: unknown) => set({ loading: null, fault: readFault(error).text })
    const loadFirst = async () => {
      asked += 1
      const mine = asked
      set({ loading: 'first', fault: '' })
      try {
        const { rows, total } = await bridge.call('activity.query', { ...toQuery(get().filter), limit: PAGE })
        if (mine !== asked) return
        set({ window: { ...EMPTY_WINDOW, rows }, total, loading: null, atEnd: rows.length < PAGE })
      } catch (error) {
        if (mine === asked) say(error)
      }
    }
    return {
      filter: NO_FILTER,
      window: EMPTY_WINDOW,
      total: 0,
      loading: 'first',
      atEnd: false,
      fault: '',
      selected: null,
      detail: null,
      timeline: null,
      verifying: false,
      verified: null,
      follow: () => {
        const stop = gather(bridge, nextFrame, (told) => {
          const { filter, window, loading, total } = get()
          if (loading === 'first') return
          const fitting = told.filter((row) => fits(row, filter))
          if (fitting.length === 0) return
          set({ total: total + countNew(window, fitting), window: takeRows(window, fitting, atTop) })
        })
        void loadFirst()
        return stop
      },
      setFilter: (part) => {
        set({ filter: { ...get().filter, ...part } })
        void loadFirst()
      },
      loadOlder: async () => {
        const { window, loading, atEnd, filter } = get()
        const before = window.rows.at(-1)?.seq
        if (loading !== null || atEnd || before === undefined) return
        const mine = asked
        set({ loading: 'older' })
        try {
          const { rows } = await bridge.call('activity.query', {
            ...toQuery(filter),
            before,
            limit: PAGE * 2,
          })
          if (mine !== asked) return
          set({ window: addOlder(get().window, rows), loading: null, atEnd: rows.length < PAGE * 2 })
        } catch (error) {
          if (mine === asked) say(error)
        }
      },
      setAtTop: (next) => {
        atTop = next
        const { window } = get()
        if (atTop && window.dropped === 0 && window.fresh.length > 0) set({ window: showFresh(window) })
      },
      showNewest: async () => {
        const { window } = get()
        atTop = true
        if (window.dropped > 0) await loadFirst()
        else set({ window: showFresh(window) })
      },
      select: async (seq) => {
        set({ selected: seq, ...(seq === null ? { detail: null } : {}) })
        if (seq === null) return
        try {
          const detail = await bridge.call('activity.entry', { seq })
          if (get().selected === seq) set({ detail })
        } catch (error) {
          if (get().selected === seq) set({ detail: null, fault: readFault(error).text })
        }
      },
      loadTimeline: async (span) => {
        const { between } = get().filter
        const range = between ?? { since: now() - span, until: now() }
        try {
          const { lanes } = await bridge.call('activity.timeline', { ...range, buckets: BUCKETS })
          set({ timeline: { ...range, lanes } })
        } catch (error) {
          say(error)
        }
      },
      verify: async () => {
        set({ verifying: true, fault: '' })
        try {
          set({ verified: await bridge.call('activity.verify', {}), verifying: false })
        } catch (error) {
          set({ verifying: false, fault: readFault(error).text })
        }
      },
    }
  })
}

export { BUCKETS }

/** The row that stands for an entry: for an outcome, its intent's. */
export function rowAt(window: RowWindow, seq: number): number | null {
  const at = placeOf(window.rows, seq)
  return window.rows[at]?.seq === seq ? at : null
}

function gather(
  bridge: PageBridge,
  nextFrame: (work: () => void) => void,
  take: (rows: ActivityRow[]) => void,
): () => void {
  let alive = true
  let planned = false
  let rows: ActivityRow[] = []
  const off = bridge.on('activity', (told: EventPayload<'activity'>) => {
    rows = rows.length === 0 ? told.rows : rows.concat(told.rows)
    if (planned) return
    planned = true
    nextFrame(() => {
      planned = false
      const waiting = rows
      rows = []
      if (alive) take(waiting)
    })
  })
  return () => {
    alive = false
    off()
  }
}
