import { createStore, type StoreApi } from 'zustand'
import type { ActivityRow } from '../../contract/activity.ts'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { readFault } from '../app/fault.ts'

export interface HomeState {
  /** The last few entries, newest first; null until they have come. */
  last: ActivityRow[] | null
  alerts: ActivityRow[]
  fault: string
  follow: () => () => void
}

const SHOWN = 9

/** Home's own small window on the record: the last few entries and alerts. */
export function createHomeStore(bridge: PageBridge): StoreApi<HomeState> {
  return createStore<HomeState>((set, get) => ({
    last: null,
    alerts: [],
    fault: '',
    follow: () => {
      let alive = true
      const off = bridge.on('activity', ({ rows }) => {
        const alerts = rows.filter(({ kind }) => kind === 'alert')
        set({
          last: newestFirst([...rows.toReversed(), ...(get().last ?? [])], SHOWN),
          ...(alerts.length > 0 ? { alerts: newestFirst([...alerts.toReversed(), ...get().alerts], 4) } : {}),
        })
      })
      const load = async () => {
        const [last, alerts] = await Promise.all([
          bridge.call('activity.query', { limit: SHOWN }),
          bridge.call('activity.query', { kinds: ['alert'], limit: 4 }),
        ])
        if (alive)
          set({
            last: newestFirst([...(get().last ?? []), ...last.rows], SHOWN),
            alerts: newestFirst([...get().alerts, ...alerts.rows], 4),
            fault: '',
          })
      }
      load().catch((error: unknown) => alive && set({ fault: readFault(error).text }))
      return () => {
        alive = false
        off()
      }
    },
  }))
}

/** One row for each sequence number, the first told wins, newest first, at most `most`. */
export function newestFirst(rows: ActivityRow[], most: number): ActivityRow[] {
  const bySeq = new Map<number, ActivityRow>()
  for (const row of rows) if (!bySeq.has(row.seq)) bySeq.set(row.seq, row)
  return [...bySeq.values()].sort((a, b) => b.seq - a.seq).slice(0, most)
}
