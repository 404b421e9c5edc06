/**
 * Our own log of faults, apart from the person's activity log: JSON lines in the data folder, two files at most, no
 * content of requests. It must never throw and never wait.
 */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const LARGEST = 1024 * 1024

export interface DiagnosticLog {
  file: string
  fault(where: string, error: unknown): void
  say(text: string): void
}

/** @param clean takes out what no file may hold: what broke may say what it was at */
export function createDiagnosticLog(folder: string, clean: (text: string) => string): DiagnosticLog {
  const file = join(folder, 'diagnostic.log')
  const write = (line: Record<string, unknown>) => {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LARGEST) renameSync(file, `${file}.1`)
      appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`, { mode: 0o600 })
    } catch {
      // A full disk must not stop Stop.
    }
  }
  return {
    file,
    fault: (where, error) =>
      write({ where, error: clean(error instanceof Error ? (error.stack ?? error.message) : String(error)) }),
    say: (text) => write({ text: clean(text) }),
  }
}
