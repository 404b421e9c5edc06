import type { Endowment } from '../guest/endowment.ts'
import { createUrlClass } from '../guest/url.ts'
import { URLSearchParams } from '../guest/url-search-params.ts'

/** `URL`, `URLSearchParams`. */
export const endowment: Endowment = {
  install(box) {
    box.give('URL', createUrlClass(box.host))
    box.give('URLSearchParams', URLSearchParams)
  },
}
