import type { Endowment } from '../guest/endowment.ts'

/**
 * `sallyport.env`: the tool's canary, where code that gathers credentials looks. It is read when it is asked for: the
 * box is made before it is known which tool it is for.
 */
export const endowment: Endowment = {
  install(box) {
    const { sessionToken } = box.host
    box.give('sallyport.env', {
      get SESSION_TOKEN() {
        return sessionToken()
      },
    })
  },
}
