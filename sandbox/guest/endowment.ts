/**
 * The shape of one thing that a tool can see. Each file of `endowments/` exports one `endowment`; the bundle takes
 * what lies in that folder, so deleting the file removes the power.
 */

/** Functions of the child around the isolate. Only numbers, booleans and strings cross, in both directions. */
export interface HostCalls {
  /** Asks the broker; an empty answer means that it went out, else it is the JSON text of a refusal. */
  ask(request: number, operation: string, args: string): string
  /** Ends the call: the result's or the error's JSON text. */
  finish(ok: boolean, text: string): void
  /** Answers `full` when no further line will be taken. */
  log(level: string, text: string): string | undefined
  /** Wakes the realm after so many milliseconds; a negative number calls it off. */
  alarm(ms: number): void
  /** So many random bytes, one character (0–255) a byte. */
  random(bytes: number): string
  /** A digest of bytes, both as characters 0–255; empty when the algorithm is unknown. */
  digest(algorithm: string, bytes: string): string
  /** What needs a key, over copies of bytes: `=` and the result, or `!` and why not. */
  subtle(act: string, params: string, key: string, data: string, more: string): string
  /** The parts of a URL as a JSON array; empty when it does not parse. */
  parseUrl(url: string, base: string | undefined): string
  /** The parts after one field was set. */
  editUrl(url: string, field: string, value: string): string
  /** What stands in the tool's environment as its session token. */
  sessionToken(): string
}

/** Of a request that opens a stream; what is behind it is let go of, whether it has begun or not. */
export interface AskHandle {
  giveUp(): void
}

/** What an endowment may use while it is put in place. */
export interface Box {
  host: HostCalls
  /** Puts a frozen value on the global object; a dotted name puts it below a namespace (`sallyport.fs.readFile`). */
  give(name: string, value: unknown): void
  /** Asks the gate. Rejects with a `SallyportError` when it is refused or fails. */
  ask(operation: string, args: unknown, handle?: AskHandle): Promise<unknown>
  /** Runs when the realm's alarm rings. */
  onAlarm(fn: () => void): void
  /** Runs before each call: what the call before left behind is dropped. */
  onReset(fn: () => void): void
}

export interface Endowment {
  /** Operations of the gate that it may ask for. The child forwards no others. */
  operations?: readonly string[]
  install(box: Box): void
}
