/**
 * No effect without an entry, whenever the process dies. A child appends intents and has an effect after each (a file
 * with the intent's number). It is killed at random moments; and, to look at many more moments than there is time to
 * start processes for, it is frozen with SIGSTOP and its files are copied: at that instant they are exactly what
 * SIGKILL would leave behind. Then the effects on the disk are held against the log on the disk.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { limit, times } from '../../build/how-deep.ts'
import { createEntryReader } from './entry-reader.ts'
import { openActivityLog } from './open-activity-log.ts'
import { query, testFolder } from './test-log.ts'
import { verifyFile } from './verify-log.ts'

const FROZEN = times(100)
const KILLED = times(4)
const at = testFolder()
const children = new Set<ChildProcess>()
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  at.remove()
})

const program = path.join(at.folder, 'appends.mjs')
writeFileSync(
  program,
  `import { mkdirSync, writeFileSync } from 'node:fs'
   import { openActivityLog } from ${JSON.stringify(path.resolve('broker/activity/open-activity-log.ts'))}
   const folder = process.argv[2]
   mkdirSync(folder + '/effects', { recursive: true })
   const log = openActivityLog({ file: folder + '/activity.db', clock: Date.now, limits: { indexAt: 100, keepHot: 50 } })
   let seed = Number(process.argv[3])
   const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647
   process.stdout.write('up')
   for (let n = 0; ; n++) {
     const { seq } = log.append({ kind: 'intent', subject: 'Write file ' + n, callId: 'call_' + n, capability: 'fs.write' })
     if (random() < 0.5) await log.sync()
     writeFileSync(folder + '/effects/' + seq, 'call_' + n)
     log.append({ kind: 'outcome', subject: 'Wrote file ' + n, ref: seq, ok: true })
     if (random() < 0.1) await new Promise((resolve) => setTimeout(resolve, random() * 4))
   }`,
)

async function start(folder: string, seed: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, folder, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  return child
}
async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
  children.delete(child)
}
/** Waits until the kernel has really stopped it. */
async function freeze(child: ChildProcess): Promise<void> {
  child.kill('SIGSTOP')
  const stat = `/proc/${child.pid}/stat`
  while (!/\) [Tt] /.test(readFileSync(stat, 'latin1'))) await sleep(1)
}

/** Each effect that is there has its intent in the log. */
function check(folder: string, effects: string[], texts: Map<string, string> | null): void {
  const hot = new DatabaseSync(path.join(folder, 'activity.db'))
  const reader = createEntryReader(hot, path.join(folder, 'activity-archive.db'))
  for (const name of effects) {
    const entry = reader.entry(Number(name))
    expect(entry?.kind).toBe('intent')
    // Killed between making the file and filling it, it is empty: an effect that began, and its entry is there.
    if (texts !== null && texts.get(name) !== '') expect(entry?.callId).toBe(texts.get(name))
  }
  reader.close()
  hot.close()
}
const whole = (folder: string) => verifyFile(path.join(folder, 'activity.db'), { threads: 0 })

describe.skipIf(!existsSync('/proc/self/stat'))('a log whose process is killed', () => {
  it(
    `knows of every effect at ${FROZEN} moments`,
    async () => {
      for (let round = 0; round * 50 < FROZEN; round++) {
        const folder = path.join(at.folder, `frozen-${round}`)
        mkdirSync(folder)
        const child = await start(folder, round + 1)
        for (let point = 0; point < 50; point++) {
          await sleep(Math.random() * 12)
          await freeze(child)
          const effects = readdirSync(path.join(folder, 'effects'))
          const copy = path.join(at.folder, 'copy')
          mkdirSync(copy)
          // Without the -shm: nobody who shared it is left after a kill.
          for (const name of readdirSync(folder))
            if (/\.db(-wal)?$/.test(name)) cpSync(path.join(folder, name), path.join(copy, name))
          child.kill('SIGCONT')
          // Older effects were checked at an earlier moment; the newest are the ones that could be without an entry.
          const newest = effects.sort((a, b) => Number(b) - Number(a)).slice(0, 40)
          check(copy, newest, null)
          if (point % 5 === 0) expect(await whole(copy)).toMatchObject({ ok: true, firstBad: null })
          rmSync(copy, { recursive: true })
        }
        await kill(child)
        rmSync(folder, { recursive: true })
      }
    },
    limit(600_000),
  )

  it(
    `knows of every effect after ${KILLED} kills, and says what was interrupted`,
    async () => {
      let had = 0
      for (let round = 0; round < KILLED; round++) {
        const folder = path.join(at.folder, `killed-${round}`)
        rmSync(folder, { recursive: true, force: true })
        mkdirSync(folder)
        const child = await start(folder, round + 100)
        await sleep(20 + Math.random() * 150)
        await kill(child)
        const effects = readdirSync(path.join(folder, 'effects'))
        if (effects.length > 0) had++
        const texts = new Map(
          effects.map((name) => [name, readFileSync(path.join(folder, 'effects', name), 'utf8')]),
        )
        check(folder, effects, texts)
        const log = openActivityLog({ file: path.join(folder, 'activity.db'), clock: Date.now })
        const { rows } = log.query(query({ kinds: ['intent'], limit: 1000 }))
        expect(rows.filter(({ state }) => state === 'open')).toEqual([])
        expect(rows.filter(({ state }) => state === 'interrupted').length).toBeLessThan(2)
        await log.close()
        expect(await whole(folder)).toMatchObject({ ok: true, firstBad: null })
        rmSync(folder, { recursive: true })
      }
      // A busy machine kills one or the other before its first effect.
      expect(had).toBeGreaterThan(KILLED / 2)
    },
    limit(600_000),
  )
})
