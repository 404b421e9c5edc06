import type { Endowment } from '../guest/endowment.ts'

/** `sallyport.open`: the capability `open`, for a link or a file in the person's default app. */
export const endowment: Endowment = {
  operations: ['open'],
  install(box) {
    box.give('sallyport.open', (args: unknown) => box.ask('open', args))
  },
}
