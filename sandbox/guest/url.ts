/**
 * URL. The parsing is the child's (Node's own, WHATWG-exact): a URL goes out as text and comes back as its parts.
 */
import type { HostCalls } from './endowment.ts'
import { bind, refill, type URLSearchParams } from './url-search-params.ts'

const PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const
type Part = (typeof PARTS)[number]

export interface GuestUrl {
  href: string
  readonly username: string
  readonly password: string
  readonly searchParams: URLSearchParams
  toString(): string
}
export interface GuestUrlClass {
  new (url: unknown, base?: unknown): GuestUrl
  canParse(url: unknown, base?: unknown): boolean
  parse(url: unknown, base?: unknown): GuestUrl | null
}

export function createUrlClass(host: Pick<HostCalls, 'parseUrl' | 'editUrl'>): GuestUrlClass {
  const parse = (url: unknown, base: unknown) =>
    host.parseUrl(`${url}`, base === undefined ? undefined : `${base}`)

  class URL {
    #parts: string[]
    #params: URLSearchParams | undefined
    /** The parameters have changed since the address was put together. */
    #stale = false

    constructor(url: unknown, base?: unknown) {
      const text = `${url}`
      const found = parse(text, base)
      if (found === '') throw new TypeError(`Invalid URL: ${text.slice(0, 200)}`)
      this.#parts = JSON.parse(found)
    }
    static canParse(url: unknown, base?: unknown) {
      return parse(url, base) !== ''
    }
    static parse(url: unknown, base?: unknown) {
      try {
        return new URL(url, base)
      } catch {
        return null
      }
    }
    get searchParams() {
      this.#params ??= bind(this.#get('search'), () => {
        this.#stale = true
      })
      return this.#params
    }
    toString() {
      return this.#get('href')
    }
    toJSON() {
      return this.#get('href')
    }
    #get(part: Part): string {
      if (this.#stale) {
        this.#stale = false
        this.#edit('search', `${this.#params}`)
      }
      return this.#parts[PARTS.indexOf(part)] as string
    }
    #edit(part: Part, value: unknown) {
      const text = `${value}`
      const found = host.editUrl(this.#get('href'), part, text)
      if (found === '') throw new TypeError(`Invalid URL: ${text.slice(0, 200)}`)
      this.#parts = JSON.parse(found)
    }
    static {
      for (const part of PARTS) {
        Object.defineProperty(URL.prototype, part, {
          get(this: URL) {
            return this.#get(part)
          },
          set:
            part === 'origin'
              ? undefined
              : function (this: URL, value: unknown) {
                  this.#edit(part, value)
                  if (this.#params && (part === 'search' || part === 'href'))
                    refill(this.#params, this.#get('search'))
                },
          enumerable: true,
          configurable: true,
        })
      }
    }
  }
  return URL as unknown as GuestUrlClass
}
