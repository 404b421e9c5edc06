import { useVirtualizer } from '@tanstack/react-virtual'
import { ScrollText } from 'lucide-react'
import { type KeyboardEvent, memo, useCallback, useLayoutEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { ActivityRow } from '../../contract/activity.ts'
import { useStores } from '../app/stores.ts'
import { useNow } from '../app/use-now.ts'
import { Button } from '../design/button.tsx'
import { EmptyState, Skeleton } from '../design/empty-state.tsx'
import { format } from '../design/format.ts'
import { Lamps } from '../design/lamps.tsx'
import { Mark } from '../design/mark.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { Who } from '../design/who.tsx'
import { isFiltered, isNoSearch, NO_FILTER } from './activity-filter.ts'
import { rowAt } from './activity-store.ts'
import { describeEnd, markOf, splitSubject } from './row-words.ts'

const ROW_HEIGHT = 34

/** The rows in sight, out of at most ten thousand. Arrow keys walk; the chosen row opens beside the list. */
export function RowList({ onOpen }: { onOpen: (seq: number | null) => void }) {
  const { activity } = useStores()
  const { window, loading, atEnd, fault, selected, filter, setAtTop, loadOlder } = useStore(activity)
  const { rows, dropped } = window
  const now = useNow()
  const list = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => list.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: useCallback((at: number) => rows[at]?.seq ?? at, [rows]),
    overscan: 8,
  })
  useKeptPlace(list, dropped)
  const onScroll = () => {
    const element = list.current
    if (!element) return
    setAtTop(element.scrollTop < ROW_HEIGHT / 2)
    if (element.scrollTop + element.clientHeight * 2 > element.scrollHeight) void loadOlder()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const at = nextRow(event.key, selected === null ? -1 : (rowAt(window, selected) ?? -1), rows.length)
    const row = at === null ? undefined : rows[at]
    if (!row || at === null) return
    event.preventDefault()
    virtual.scrollToIndex(at)
    onOpen(row.seq)
  }
  if (isNoSearch(filter.text)) return <NoSearch />
  if (rows.length === 0) return <NoRows loading={loading === 'first'} fault={fault} />
  return (
    <div
      ref={list}
      className="rows"
      role="listbox"
      tabIndex={0}
      aria-label="Entries, newest first"
      aria-activedescendant={selected === null ? undefined : `row-${selected}`}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div className="rows-in" role="presentation" style={{ height: `${virtual.getTotalSize()}px` }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const row = rows[index]
          if (row === undefined) return null
          const time = format.stamp(row.at, now)
          return (
            <Row key={key} row={row} time={time} top={start} chosen={row.seq === selected} onOpen={onOpen} />
          )
        })}
      </div>
      {atEnd && rows.length > 20 && (
        <p className="rows-end faint small">
          {isFiltered(filter) ? 'Nothing older fits.' : 'The beginning of the record.'}
        </p>
      )}
    </div>
  )
}

/** When the newest rows are let go above, the rows in sight stay where they are. */
function useKeptPlace(list: { current: HTMLDivElement | null }, dropped: number): void {
  const before = useRef(dropped)
  useLayoutEffect(() => {
    const gone = dropped - before.current
    before.current = dropped
    if (list.current && gone > 0) list.current.scrollTop -= gone * ROW_HEIGHT
  }, [list, dropped])
}

function nextRow(key: string, from: number, count: number): number | null {
  const last = count - 1
  if (key === 'ArrowDown') return Math.min(from + 1, last)
  if (key === 'ArrowUp') return Math.max(from - 1, 0)
  if (key === 'PageDown') return Math.min(from + 15, last)
  if (key === 'PageUp') return Math.max(from - 15, 0)
  if (key === 'Home') return 0
  if (key === 'End') return last
  return null
}

const Row = memo(function Row({
  row,
  time,
  top,
  chosen,
  onOpen,
}: {
  row: ActivityRow
  time: string
  top: number
  chosen: boolean
  onOpen: (seq: number) => void
}) {
  const mark = markOf(row)
  const [verb, rest] = splitSubject(row)
  const end = describeEnd(row)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys for all rows
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and names the active row
    <div
      id={`row-${row.seq}`}
      role="option"
      aria-selected={chosen}
      className={chosen ? 'row chosen' : 'row'}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onOpen(row.seq)}
    >
      <span className="faint small number">{time}</span>
      {row.principal ? <Who id={row.principal.id} name={row.principal.name} /> : <span />}
      <span className="truncate">
        {verb}{' '}
        <span className="dim">
          <ShownText text={rest} field="argument" />
        </span>
      </span>
      {row.lamps ? <Lamps lamps={row.lamps} /> : <span />}
      {mark.kind ? (
        <Mark kind={mark.kind} word={mark.word} quiet={mark.quiet} />
      ) : (
        <span className="faint small kind">{mark.word}</span>
      )}
      <span className={end === row.state ? 'end bad' : 'end'}>{end}</span>
    </div>
  )
})

function NoSearch() {
  const { activity } = useStores()
  const { setFilter } = useStore(activity)
  return (
    <div className="rows none">
      <EmptyState
        icon={<ScrollText aria-hidden="true" />}
        title="There is nothing to search for"
        actions={<Button onClick={() => setFilter({ text: '' })}>Clear the search</Button>}
      >
        Letters and digits are searched for. Signs are found as part of a text, with *stars* round at least
        three of them.
      </EmptyState>
    </div>
  )
}

function NoRows({ loading, fault }: { loading: boolean; fault: string }) {
  const { activity } = useStores()
  const { filter, setFilter } = useStore(activity)
  if (loading)
    return (
      <div className="rows none">
        <Skeleton lines={10} />
      </div>
    )
  if (fault)
    return (
      <div className="rows none">
        <EmptyState title="The record can’t be read">{fault}</EmptyState>
      </div>
    )
  const filtered = isFiltered(filter)
  return (
    <div className="rows none">
      <EmptyState
        icon={<ScrollText aria-hidden="true" />}
        title={filtered ? 'Nothing fits' : 'Nothing is on record yet'}
        actions={filtered && <Button onClick={() => setFilter(NO_FILTER)}>Show everything</Button>}
      >
        {filtered
          ? 'No entry fits this search and these filters. Parts of a word are found with *stars* round them.'
          : 'Each step of an agent is written here before it happens. Start a run to see it.'}
      </EmptyState>
    </div>
  )
}
