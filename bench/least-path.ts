/**
 * The least that a guarded read can be, of the parts that the product is made of: the box, with the read sent along, so
 * that one round trip is enough; the file opened without following a link at its end, asked what it is and where it
 * really lies, and read; and four chained entries in `node:sqlite`, in one commit, written while the tool runs. Nothing is
 * decided, checked against a schema, looked through for secrets, labelled or shown. What the whole path costs beyond this
 * is the gate; what this costs beside the peer is box, read and record as they are; and without the record, box and read.
 */
import {
  closeSync,
  constants,
  fstatSync,
  mkdtempSync,
  openSync,
  readlinkSync,
  readSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { chainHash, GENESIS } from '../broker/activity/chain.ts'
import { createEntryEncoder } from '../broker/activity/entry-bytes.ts'
import type { InstalledTool, IsolateLane } from '../broker/ports.ts'
import type { NewEntry } from '../contract/activity.ts'
import type { Json } from '../contract/words.ts'
import { callTool } from '../e2e/fixtures/open-test-lane.ts'

export interface LeastPath {
  read(file: string): Promise<Json>
  close(): void
}

const PLAIN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const ENTRIES = 4
const INSERT = `INSERT INTO entry (seq, hash, text) VALUES ${Array(ENTRIES).fill('(?, ?, ?)').join(', ')}`

export function openLeastPath(
  lane: IsolateLane,
  tool: InstalledTool,
  { recorded = true }: { recorded?: boolean } = {},
): LeastPath {
  const folder = mkdtempSync(path.join(tmpdir(), 'sallyport-least-'))
  const db = new DatabaseSync(path.join(folder, 'log.db'))
  // Taking the log in is another thread's work in the product, and nobody's here.
  db.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
  db.exec('PRAGMA wal_autocheckpoint = 0')
  db.exec('CREATE TABLE entry (seq INTEGER PRIMARY KEY, hash BLOB NOT NULL, text TEXT NOT NULL) STRICT')
  const [insert, begin, end] = [db.prepare(INSERT), db.prepare('BEGIN'), db.prepare('COMMIT')]
  const buffer = Buffer.allocUnsafe(64 * 1024)
  const textOf = createEntryEncoder()
  let seq = 0
  let head = GENESIS
  let staged: NewEntry[] = []
  let committing: Promise<void> | null = null

  function write() {
    committing = null
    const many = staged.length > ENTRIES
    if (many) begin.run()
    for (let at = 0; at < staged.length; at += ENTRIES) {
      const values = staged.slice(at, at + ENTRIES).flatMap((entry) => {
        const text = textOf(entry, ++seq, Date.now())
        head = chainHash(head, text)
        return [seq, Buffer.from(head, 'hex'), text]
      })
      insert.run(...values)
    }
    if (many) end.run()
    staged = []
  }
  /** One for all calls of this turn. */
  function commit() {
    committing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(write)
    return committing
  }

  function readHeld(file: string): { path: string; data: string } {
    const fd = openSync(file, PLAIN)
    try {
      if (!fstatSync(fd).isFile()) throw new Error(`${file} is no file`)
      const real = readlinkSync(`/proc/self/fd/${fd}`)
      return { path: real, data: buffer.toString('utf8', 0, readSync(fd, buffer)) }
    } finally {
      closeSync(fd)
    }
  }

  return {
    async read(file) {
      const value = readHeld(file)
      const args = { path: file }
      if (recorded) staged.push(...entriesOf(file, value.data.length))
      const running = callTool(lane, tool, {
        runId: 'run_bench',
        input: args,
        ahead: [{ operation: 'fs.readFile', args: JSON.stringify(args), outcome: { kind: 'ok', value } }],
      })
      if (recorded) await commit()
      const { outcome } = await running
      if (outcome.kind !== 'ok') throw new Error(outcome.person)
      return outcome.value
    },
    close() {
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** As long as the product's own for such a call. */
function entriesOf(file: string, bytesIn: number): NewEntry[] {
  const tool = { name: 'files', version: '1.0.0', hash: 'a'.repeat(64) }
  const who = {
    principal: { id: 'agent_bench', kind: 'agent' as const, name: 'Bench' },
    run: { id: 'run_bench', title: 'Bench' },
    callId: 'call_000000000000',
  }
  const read = { ...who, subject: `Read ${path.basename(file)}`, capability: 'fs.read' as const }
  return [
    { ...who, tool, kind: 'tool.call', subject: 'Use Files: Read a file', decision: 'allow' },
    {
      ...read,
      ...{ tool, kind: 'intent', decision: 'allow', lamps: { outside: true, private: true, send: false } },
      because: [
        {
          layer: 'perimeter',
          rule: 'perimeter:folders[0]',
          text: `Reading in ${path.dirname(file)} may go on.`,
        },
      ],
      details: { needs: [{ capability: 'fs.read', resource: { kind: 'path', path: file } }] },
    },
    { ...read, kind: 'outcome', ok: true, durationMs: 0.2, ref: 1, details: { bytesIn, bytesOut: 0 } },
    { ...who, tool, kind: 'tool.result', subject: 'Use Files: Read a file', ok: true, durationMs: 1, ref: 1 },
  ]
}
