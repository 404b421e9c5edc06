/** A host to which a secret may go, as a person writes it: `api.example.org/v1`, `http://127.0.0.1:8080`. Pure. */
export interface HostText {
  scheme: 'https' | 'http'
  /** As it was written: other letters have a form of their own in an address. */
  host: string
  port?: number
  pathPrefix: string
}

const HOST = /^(?:(https?):\/\/)?([\p{L}\p{N}_.-]+|\[[0-9a-fA-F:.]+\])(?::(\d{1,5}))?(\/[^\s?#]*)?$/iu

/** Null when it names no host. A secret goes to one host by name: no wildcard, no user name, no query. */
export function readHost(text: string): HostText | null {
  const match = HOST.exec(text.trim())
  if (!match) return null
  const [, scheme = 'https', host = '', portText, pathPrefix = '/'] = match
  const port = portText === undefined ? undefined : Number(portText)
  if (port !== undefined && (port < 1 || port > 65_535)) return null
  return {
    scheme: scheme.toLowerCase() === 'http' ? 'http' : 'https',
    host,
    ...(port === undefined ? {} : { port }),
    pathPrefix,
  }
}
