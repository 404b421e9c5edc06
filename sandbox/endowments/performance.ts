import type { Endowment } from '../guest/endowment.ts'

/** `performance.now`: whole milliseconds since the realm was made, so that it times nothing finer than a clock does. */
export const endowment: Endowment = {
  install(box) {
    const { now } = Date
    const origin = now()
    box.give('performance', { timeOrigin: origin, now: () => now() - origin })
  },
}
