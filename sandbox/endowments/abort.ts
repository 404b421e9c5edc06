import { AbortController, AbortSignal } from '../guest/abort.ts'
import { DOMException } from '../guest/dom-exception.ts'
import type { Endowment } from '../guest/endowment.ts'
import { Event, EventTarget } from '../guest/events.ts'

/** `AbortController`, `AbortSignal`, and the `Event`, `EventTarget` and `DOMException` that they need. */
export const endowment: Endowment = {
  install(box) {
    for (const [name, value] of Object.entries({
      AbortController,
      AbortSignal,
      DOMException,
      Event,
      EventTarget,
    }))
      box.give(name, value)
  },
}
