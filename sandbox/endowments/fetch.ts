import type { Endowment } from '../guest/endowment.ts'
import { createFetch, Response } from '../guest/fetch.ts'
import { Headers } from '../guest/headers.ts'
import { createUrlClass } from '../guest/url.ts'

/** `fetch`, `Request`, `Response`, `Headers`: the capability `net.request`. */
export const endowment: Endowment = {
  operations: ['net.stream', 'stream.read', 'stream.close', 'stream.giveUp'],
  install(box) {
    const { Request, fetch } = createFetch(box, createUrlClass(box.host))
    for (const [name, value] of Object.entries({ Headers, Request, Response, fetch })) box.give(name, value)
  },
}
