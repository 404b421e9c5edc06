/** Where documents are kept, and the clock. */

/** Epoch milliseconds. */
export type Clock = () => number

/** Small documents (agents, grants, secrets' rules, runs, settings) in one durable store. `put` is on disk when it returns. */
export interface DocumentStore {
  get(kind: string, id: string): unknown
  put(kind: string, id: string, value: unknown): void
  delete(kind: string, id: string): void
  list(kind: string): { id: string; value: unknown }[]
}
