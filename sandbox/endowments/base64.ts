import { atob, btoa } from '../guest/base64.ts'
import type { Endowment } from '../guest/endowment.ts'

/** `atob`, `btoa`. */
export const endowment: Endowment = {
  install(box) {
    box.give('atob', (data: unknown) => atob(data))
    box.give('btoa', (data: unknown) => btoa(data))
  },
}
