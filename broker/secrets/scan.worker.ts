/** Looks through texts with the same scanner as the broker's own thread, so that a long one keeps nobody else waiting. */
import process from 'node:process'
import { parentPort } from 'node:worker_threads'
import { createLeakScanner } from './leak-scanner.ts'
import type { ReadyValues } from './needles.ts'
import { type FromScan, packHits, type ToScan, textsOf } from './scan-wire.ts'

if (!parentPort) process.exit(1)
const port = parentPort
const scanner = createLeakScanner()
let version = 0
let made: ReadyValues | null = null

/** What can only be looked up once the preset is there waits for it; without it our own rules are what there is. */
const ready = scanner.ready().catch(() => {})
ready.then(() => tell({ t: 'ready' }))

port.on('message', async (message: ToScan) => {
  if (message.t === 'watch') {
    version = message.version
    scanner.watch(message.values)
    return
  }
  if (message.t === 'attach') {
    version = message.version
    scanner.attach(message.ready)
    return
  }
  if (message.t === 'make') {
    version = message.version
    if (made === null && message.before !== null) scanner.attach(message.before)
    made = scanner.watch(message.values)
    return tell({ t: 'made', ready: made, version })
  }
  await ready
  const { how, open } = message.job
  const texts = textsOf(message)
  if (open) {
    const looked = scanner.lookOpen(texts[0] as string, how)
    return tell({ t: 'looked', version, ...packHits([looked.hits]), open: looked.open })
  }
  tell({ t: 'looked', version, ...packHits(texts.map((text) => scanner.look(text, how))), open: 0 })
})

function tell(message: FromScan): void {
  port.postMessage(message)
}
