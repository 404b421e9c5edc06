/**
 * A scanner for each set of values that somebody asks with, kept for a moment: who has many texts looked through sends
 * them in groups, and setting up for the same values again costs more than most texts. Only the last set is kept.
 */
import type { LeakScanner } from '../ports.ts'
import type { WatchedValue } from './leak-scanner.ts'
import { type AsideScanner, createScanAside } from './scan-aside.ts'

const KEPT_MS = 10_000

export function keepScanner(
  make: () => AsideScanner = createScanAside,
): (values: readonly WatchedValue[]) => LeakScanner {
  let kept: { key: string; scanner: AsideScanner } | null = null
  let forget: NodeJS.Timeout | null = null

  return (values) => {
    const key = JSON.stringify(values)
    if (forget) clearTimeout(forget)
    forget = setTimeout(() => {
      kept = null
    }, KEPT_MS)
    forget.unref()
    if (kept?.key === key) return kept.scanner
    const scanner = make()
    scanner.watch(values)
    kept = { key, scanner }
    return scanner
  }
}
