import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { KeychainStatus } from '../../contract/secret.ts'
import { createWhenReady } from './when-ready.ts'

const status = (state: KeychainStatus['state']) => Promise.resolve({ state, name: '', text: '' })
const onFault = (error: unknown) => {
  throw error
}

it('does what waits for the keychain once it is ready, and not before', async () => {
  let done = 0
  const locked = createWhenReady({ opened: status('locked'), onFault })
  locked.run(async () => void done++)
  await turn()
  expect(done).toBe(0)
  locked.ready()
  locked.ready()
  await turn()
  expect(done).toBe(1)
})

it('tries again what a keychain that was ready did not do: when it has recovered, and by itself', async () => {
  const answers = [false, false, true, true]
  let tries = 0
  const when = createWhenReady({ opened: status('ready'), onFault, againMs: 5 })
  await turn()
  when.run(async () => answers[tries++])
  await turn()
  when.ready()
  await expect.poll(() => tries).toBe(3)
  when.ready()
  await turn()
  expect(tries).toBe(3)
})
