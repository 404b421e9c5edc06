/** How an unknown credential is recognized. */
export interface CredentialRule {
  what: string
  /** One of these, three characters or more, stands where the shape begins; upper and lower case are the same. */
  marks: readonly string[]
  /** With the flag `y`: tried at each mark. A group named `value` is the credential; without one the whole match is. */
  shape: RegExp
  /** Characters before the mark that belong to the credential too. */
  back?: RegExp
  /**
   * The shape begins with one run of such characters, at most so many, that ends where another follows. What fails or
   * fits at one mark of a run does so at all that come later in it: each run is tried once.
   */
  run?: { of: RegExp; most: number }
  /** A last look at what matched. */
  check?(value: string): boolean
}
