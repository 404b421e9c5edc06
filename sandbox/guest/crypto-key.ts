/** A key: opaque, its bytes a copy that lives in this realm only. */
import { freezeDeep } from './freeze.ts'

export type KeyType = 'secret' | 'private' | 'public'
export interface KeyAlgorithm {
  name: string
  hash?: { name: string }
  length?: number
  namedCurve?: string
}

/** The bytes as characters 0–255: raw for secrets, DER for the others. For the house's own use. */
export let bytesOfKey: (key: CryptoKey) => string
export let makeKey: (facts: {
  type: KeyType
  algorithm: KeyAlgorithm
  extractable: boolean
  usages: string[]
  bytes: string
}) => CryptoKey
const MAKER = Symbol('keys are made by crypto.subtle')

export class CryptoKey {
  readonly type: KeyType
  readonly extractable: boolean
  readonly algorithm: KeyAlgorithm
  readonly usages: readonly string[]
  #bytes: string

  constructor(maker: symbol, facts: Parameters<typeof makeKey>[0]) {
    if (maker !== MAKER) throw new TypeError('Illegal constructor')
    this.type = facts.type
    this.extractable = facts.extractable
    this.algorithm = freezeDeep(facts.algorithm)
    this.usages = Object.freeze([...facts.usages])
    this.#bytes = facts.bytes
    Object.freeze(this)
  }
  get [Symbol.toStringTag]() {
    return 'CryptoKey'
  }
  static {
    bytesOfKey = (key) => {
      if (typeof key !== 'object' || key === null || !(#bytes in key))
        throw new TypeError('a key is expected')
      return key.#bytes
    }
    makeKey = (facts) => new CryptoKey(MAKER, facts)
  }
}
freezeDeep(CryptoKey)
