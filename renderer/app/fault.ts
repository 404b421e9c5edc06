import type { ApiFault } from '../../contract/broker-api.ts'

/**
 * What a failed call says. A fault crosses the preload wall as a plain `{code, text}`; an Error is a bug or a closed
 * channel, and Electron puts its own words before the message.
 */
export function readFault(error: unknown): ApiFault {
  if (typeof error === 'object' && error !== null) {
    const { code, text, message } = error as { code?: unknown; text?: unknown; message?: unknown }
    if (typeof text === 'string') return { code: typeof code === 'string' ? code : 'internal', text }
    if (typeof message === 'string') {
      const said = message.replace(/^Error invoking remote method '[^']*': /, '').replace(/^Error: /, '')
      return { code: typeof code === 'string' ? code : 'internal', text: said }
    }
  }
  return { code: 'internal', text: 'Something went wrong. Try again; if it stays, restart Sallyport.' }
}
