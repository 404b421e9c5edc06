/**
 * What a tool is handed and lets go of again stays in its isolate until the engine collects it, which is not before the
 * isolate's own limit comes near; the one that is kept from outside, over the whole process, comes before that. So who
 * reads much, a part after the other, would end for want of memory while holding next to nothing. After some megabytes
 * that crossed, the isolate is collected from here: a few milliseconds, for more than most calls ever read.
 */
import process from 'node:process'
import type ivm from 'isolated-vm'

export interface Collector {
  /** So many bytes have gone in or out. */
  crossed(bytes: number): void
  /** Collects if enough has crossed since. No code of the isolate may be running. */
  collect(isolate: ivm.Isolate): void
}

/** Of the memory that a tool may have, what may cross before the next time. */
const SHARE = 16

/** @param limit bytes that the tool may have */
export function createCollector(limit: () => number): Collector {
  let waiting = 0
  let known: { isolate: ivm.Isolate; gc: ivm.Reference } | null = null
  return {
    crossed: (bytes) => {
      waiting += bytes
    },
    collect(isolate) {
      if (waiting < limit() / SHARE || isolate.isDisposed) return
      waiting = 0
      try {
        if (known?.isolate !== isolate) known = { isolate, gc: exposeCollector(isolate) }
        known.gc.applySync()
      } catch {
        // Memory ran out while it was asked: who goes on in the isolate meets that, too.
      }
    },
  }
}

/** In a context of its own: the flag stands for a moment only, and no realm of a tool has the function. */
function exposeCollector(isolate: ivm.Isolate): ivm.Reference {
  // Loaded when a tool first reads so much: the less lies in the box, the less there is to take.
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString('--expose-gc')
  try {
    return isolate.createContextSync().global.getSync('gc', { reference: true })
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
