/**
 * A permit: proof that the gate let one effect through. For one principal, one request made exact, one use. Effects
 * take a permit as argument and consume it first; only `pass-call.ts` may call `mintPermit` (an import rule checks it,
 * and the private field keeps any other object from passing as one).
 */
import type { Capability } from '../../contract/words.ts'

export interface PermitFacts {
  principalId: string
  /** As its person named it: a secret's rules may name agents so. */
  principalName: string
  /** The tool whose code asks; null for the agent's own requests. */
  tool: string | null
  runId: string | null
  callId: string
  capability: Capability
  /** The canonical request it was given for. */
  binding: string
  /** The intent's entry in the log. */
  intent: number
  /** The person's own act of this moment: it goes on while agents are stopped and secrets are locked for them. */
  byHand?: boolean
}

export class Permit {
  readonly #facts: PermitFacts
  #used = false
  #ended = false
  readonly #atEnd: (() => void)[] = []

  private constructor(facts: PermitFacts) {
    this.#facts = facts
  }

  /** The only maker. Exported apart as `mintPermit`, so that the import rule can name it. */
  static mint(maker: typeof MAKER, facts: PermitFacts): Permit {
    if (maker !== MAKER) throw new Error('A permit is made by the gate only.')
    return new Permit(facts)
  }

  /** Takes the one use. Throws when it was used before, or was given for another request: that is a bug, not a refusal. */
  consume(capability: Capability, binding: string): PermitFacts {
    if (this.#used) throw new Error(`The permit for ${this.#facts.capability} was used before.`)
    if (this.#facts.capability !== capability || this.#facts.binding !== binding)
      throw new Error(`The permit for ${this.#facts.capability} does not fit this ${capability}.`)
    this.#used = true
    return this.#facts
  }

  /** For things that happen inside a consumed effect (a secret filled in, a before-image kept). */
  get facts(): PermitFacts {
    if (!(#facts in this)) throw new Error('Not a permit.')
    return this.#facts
  }

  get used(): boolean {
    return this.#used
  }

  /** For what is lent to the effect while it lasts. */
  atEnd(giveBack: () => void): void {
    if (this.#ended) giveBack()
    else this.#atEnd.push(giveBack)
  }

  /** The effect is over, however it went. Called by the gate. */
  end(): void {
    this.#ended = true
    for (const giveBack of this.#atEnd.splice(0)) giveBack()
  }
}

const MAKER = Symbol('the gate')

/** Makes a permit. Imported by `pass-call.ts` alone. */
export function mintPermit(facts: PermitFacts): Permit {
  return Permit.mint(MAKER, facts)
}
