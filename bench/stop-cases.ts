/**
 * The ways in which Stop is measured, each with what it must work against: a person presses; the broker hangs, as a
 * process that is held still or in a loop that never comes back; the shell with its windows hangs; uploads are in
 * flight; the broker or the shell is killed, and nobody presses at all, also while the other one hangs.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { holdLanes } from '../cli/end-broker.ts'
import { writeStop } from '../cli/write-stop.ts'
import type { Filled, Scene } from './stop-scene.ts'

export interface StopCase {
  words: string
  /** What must be so before the request. */
  prepare?(scene: Scene, filled: Filled): Promise<void>
  /** Does it, and gives back the milliseconds of the receipt, if there is one. */
  act(scene: Scene, filled: Filled): Promise<number | null>
  /** Afterwards. */
  tidy?(scene: Scene, filled: Filled): Promise<void>
  /** Of so many tries in a row of all cases, in the two minutes. */
  share: number
  /** Of each upload. */
  uploadKb?: number
  /** The broker ends with it, and may not survive either. */
  endsBroker?: boolean
}

/** Enough to be under way for many turns. */
const LARGE_KB = 1024
const PREPARE_MS = 5_000
const LOOK_MS = 2

const press = async (scene: Scene) => ((await scene.ask({ do: 'stop' })) as { ms: number }).ms

export const CASES: Record<string, StopCase> = {
  pressed: { words: 'Stop is pressed', act: press, share: 5 },
  upload: {
    words: 'Stop is pressed in the middle of large uploads',
    prepare: ({ peer }) => peer.inFlight(),
    act: press,
    share: 1,
    uploadKb: LARGE_KB,
  },
  hung: {
    words: 'Stop is pressed, and the broker hangs',
    act(scene, { broker }) {
      process.kill(broker, 'SIGSTOP')
      return press(scene)
    },
    share: 1,
    endsBroker: true,
  },
  loop: {
    words: 'Stop is pressed, and the broker’s event loop never comes back',
    prepare: (scene, filled) => keepBusy(scene, filled, LOOPS),
    act: press,
    share: 1,
    endsBroker: true,
  },
  window: {
    words: 'Stop comes from a terminal, and the shell with its windows hangs',
    async prepare(_scene, { shell }) {
      process.kill(shell.pid, 'SIGSTOP')
    },
    /** What `sallyport stop` does before it asks anyone; a broker for one use has no socket to be asked over. */
    async act({ stopFile }, { broker }) {
      writeStop(stopFile(), {
        ...{ version: 1, at: Date.now(), by: 'you, in a terminal', writer: 'shell' },
        ...{ drill: false, receipt: null },
      })
      holdLanes(broker)
      return null
    },
    async tidy(_scene, { shell }) {
      process.kill(shell.pid, 'SIGCONT')
    },
    share: 1,
  },
  broker: {
    words: 'the broker is killed',
    async act(_scene, { broker }) {
      process.kill(broker, 'SIGKILL')
      return null
    },
    share: 2,
    endsBroker: true,
  },
  shell: {
    words: 'the shell is killed',
    async act(_scene, { shell }) {
      shell.kill('SIGKILL')
      return null
    },
    share: 2,
    endsBroker: true,
  },
  orphan: {
    words: 'the shell is killed, and the broker’s event loop never comes back',
    prepare: (scene, filled) => keepBusy(scene, filled, WAITS),
    async act(_scene, { shell }) {
      shell.kill('SIGKILL')
      return null
    },
    share: 1,
    endsBroker: true,
  },
}

/** Takes a processor; and waits for what doesn't come, which takes none. */
const LOOPS = 'for (;;);'
const WAITS = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'

/** By a debugger, as the broker has no way of its own to be blocked: it is in it when this resolves. */
async function keepBusy(scene: Scene, { broker }: Filled, work: string): Promise<void> {
  const sign = path.join(scene.folder, `looping-${broker}`)
  process.kill(broker, 'SIGUSR1')
  const address = (await scene.ask({ do: 'debugger' })) as string
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(new Error('The debugger does not answer.'))
  })
  const expression = `process.getBuiltinModule('fs').writeFileSync(${JSON.stringify(sign)}, ''); ${work}`
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }))
  for (const end = performance.now() + PREPARE_MS; !existsSync(sign); await sleep(LOOK_MS))
    if (performance.now() > end) throw new Error('The broker is not in its loop.')
}
