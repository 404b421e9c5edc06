// With small shells that only say that they are ready, and read or don't.
import { spawn } from 'node:child_process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
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
  onMessage = () => {},
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
})
