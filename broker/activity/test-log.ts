/** What the tests of this room share: a folder, a clock that steps, a key, and logs with something in them. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ActivityQuery, type NewEntry } from '../../contract/activity.ts'
import type { OpenActivityLog } from './open-activity-log.ts'
import type { SealSigner } from './seals.ts'

export function testFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'activity-'))
  return {
    folder,
    file: path.join(folder, 'activity.db'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Each look moves it on by `stepMs`. */
export function testClock(start = 1_750_000_000_000, stepMs = 1) {
  let now = start
  const clock = () => {
    now += stepMs
    return now
  }
  return Object.assign(clock, { forward: (ms: number) => (now += ms), now: () => now })
}

export function testSigner(): SealSigner & { publicKey: Uint8Array } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
    sign: (bytes) => sign(null, bytes, privateKey),
  }
}

export const tidy = { id: 'agent_tidy', kind: 'agent', name: 'Tidy' } as const

export const readIntent = (n: number, more: Partial<NewEntry> = {}): NewEntry => ({
  kind: 'intent',
  subject: `Read ~/Documents/note-${n}.md`,
  principal: tidy,
  run: { id: 'run_1', title: 'Sort the notes' },
  callId: `call_${n}`,
  capability: 'fs.read',
  decision: 'allow',
  because: [
    { layer: 'perimeter', rule: 'perimeter:folders[0]', text: 'Reading there is inside the perimeter.' },
  ],
  lamps: { outside: false, private: true, send: false },
  details: {
    needs: [{ capability: 'fs.read', resource: { kind: 'path', path: `/home/me/Documents/note-${n}.md` } }],
  },
  ...more,
})

/** Appends `calls` reads with their outcomes. */
export function fill(log: OpenActivityLog, calls: number, from = 0): void {
  for (let n = from; n < from + calls; n++) {
    const { seq } = log.append(readIntent(n))
    log.append({
      kind: 'outcome',
      subject: `Read note-${n}.md`,
      ref: seq,
      ok: true,
      durationMs: 0.5,
      callId: `call_${n}`,
    })
  }
}

export const query = (more: Partial<ActivityQuery> = {}): ActivityQuery => ActivityQuery.parse(more)
