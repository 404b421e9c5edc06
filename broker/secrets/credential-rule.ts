/** How an unknown credential is recognized. */
export interface CredentialRule {
  what: string
  /** One of these, three characters or more, stands where the shape begins; upper and lower case are the same. */
  marks: readonly string[]
  /** With the flag `y`: tried at each mark. A group named `value` is the credential; without one the whole match is. */
  shape: RegExp
  /** Characters before the mark that belong to the credential too. */
  back?: RegExp
  /** A last look at what matched. */
  check?(value: string): boolean
}
