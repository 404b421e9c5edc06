import { format, plural } from './format.ts'

/** How often something was used, and when last; the words stand alone where the column's head is not in sight. */
export function Uses({ count, last, now }: { count: number; last: number | null; now: number }) {
  if (count === 0 || last === null) return <span className="faint">never used</span>
  return (
    <>
      {plural(count, 'time')}
      <p className="small faint inline">{format.since(last, now)}</p>
    </>
  )
}
