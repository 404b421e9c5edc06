// With small shells that only say that they are ready, and read or don't.
import { spawn } from 'node:child_process'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { SandboxMessage } from './read-messages.ts'
import { openSandboxProcess, type SandboxEnd, type SandboxProcess } from './sandbox-process.ts'
import { countUnread, type UnreadAnswers } from './unread-answers.ts'

/** Instead of the usual, to be quick. */
const LIMIT = 1024 * 1024
const ANSWER = `${'x'.repeat(LIMIT / 8 - 1)}\n`
const REQUEST = '{"t":"request","id":1,"request":1,"operation":"notify","args":{}}'
let pipe: SandboxProcess
afterEach(() => pipe.kill())

/** @param script of a shell that stands for a sandbox */
async function open(
  script: string,
  onMessage: (message: SandboxMessage) => void = () => {},
  ofAll: UnreadAnswers | null = null,
  limit = LIMIT,
): Promise<{ ended: Promise<SandboxEnd> }> {
  const child = spawn('/bin/sh', ['-c', `echo '{"t":"ready"}'; ${script}`], { stdio: 'pipe' })
  const ended = new Promise<SandboxEnd>((onEnd) => {
    pipe = openSandboxProcess({ child, osSandbox: 'none' }, { onMessage, onEnd }, ofAll, limit)
  })
  expect(await pipe.ready).toBe(true)
  return { ended }
}

/** What a count comes to when it has stood still for a while. */
async function settled(count: () => number): Promise<number> {
  let last = -1
  while (count() !== last) {
    last = count()
    await sleep(100)
  }
  return last
}

describe.runIf(process.platform === 'linux')('a sandbox process', () => {
  test('that does not read its answers is ended before they pile up', async () => {
    const { ended } = await open('exec sleep 60')
    for (let n = 0; n < 24; n++) {
      pipe.send(ANSWER)
      await nextTurn()
    }
    expect(await ended).toMatchObject({ fault: 'it does not read its answers', signal: 'SIGKILL' })
  })

  test('that does not read them is ended also when all come in one turn', async () => {
    const { ended } = await open('exec sleep 60')
    for (let n = 0; n < 24; n++) pipe.send(ANSWER)
    expect(await ended).toMatchObject({ fault: 'it does not read its answers' })
  })

  test('that has left most unread is ended when it is too much of all together, and no other', async () => {
    // Room for what a pipe holds by itself, and a little more than the larger of the two.
    const counted = countUnread(LIMIT)
    const limits = { each: 16 * LIMIT }
    const one = await open('exec sleep 60', () => {}, counted, limits.each)
    const [large] = [pipe]
    const two = await open('exec sleep 60', () => {}, counted, limits.each)
    const small = pipe
    const late = Promise.race([two.ended, new Promise((resolve) => setTimeout(resolve, 500, 'lives'))])
    for (let n = 0; n < 6; n++) large.send(ANSWER)
    for (let n = 0; n < 5; n++) small.send(ANSWER)
    expect(await one.ended).toMatchObject({
      fault: expect.stringContaining('all tools together'),
      signal: 'SIGKILL',
    })
    expect(await late).toBe('lives')
    // There is room again.
    for (let n = 0; n < 2; n++) small.send(ANSWER)
    expect(await Promise.race([two.ended, 'lives'])).toBe('lives')
    small.kill()
  })

  test('that reads late and slowly gets them all, and far more than may wait at once', async () => {
    const rounds = 24
    const { ended } = await open(
      `sleep 0.3; for n in $(seq ${rounds}); do head -c ${ANSWER.length} > /dev/null || exit 1; echo '${REQUEST}'; done; exit 7`,
      () => pipe.send(ANSWER),
    )
    for (let n = 0; n < 3; n++) pipe.send(ANSWER)
    expect(await ended).toMatchObject({ fault: '', code: 7 })
  })

  test('is heard in order and whole, also when it is not listened to for a while', async () => {
    const lines = 4_000
    const text = 'y'.repeat(300)
    const heard: number[] = []
    const { ended } = await open(
      `n=0; while [ $n -lt ${lines} ]; do n=$((n+1)); echo '{"t":"request","id":1,"request":'$n',"operation":"notify","args":"${text}"}'; done`,
      (message) => {
        if (message.t !== 'request') return
        heard.push(message.request)
        if (message.request % 100 !== 0) return
        pipe.read(false)
        setTimeout(() => pipe.read(true), 2)
      },
    )
    expect(await ended).toMatchObject({ fault: '', code: 0 })
    expect(heard).toEqual(Array.from({ length: lines }, (_, n) => n + 1))
  })

  test('that is not listened to is held back by its pipe', async () => {
    let heard = 0
    await open(`while :; do echo '${REQUEST}'; done`, () => {
      heard++
      pipe.read(false)
    })
    const before = await settled(() => heard)
    const { rss } = process.memoryUsage()
    await sleep(300)
    expect(heard).toBe(before)
    expect(process.memoryUsage().rss - rss).toBeLessThan(32 * 1024 * 1024)
  })
})
