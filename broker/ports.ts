/**
 * The seams inside the broker: what each room offers the others, as types only. Rooms import these and the contract,
 * never each other's insides; `main.ts` wires the real parts together.
 */

export type { Failed, Outcome, Refused } from '../contract/outcome.ts'
export type * from './ports/agents.ts'
export type * from './ports/call.ts'
export type * from './ports/capability.ts'
export type * from './ports/consent.ts'
export type * from './ports/deciding.ts'
export type * from './ports/desktop.ts'
export type * from './ports/lanes.ts'
export type * from './ports/models.ts'
export type * from './ports/origins.ts'
export type * from './ports/record.ts'
export type * from './ports/secrets.ts'
export type * from './ports/state.ts'
export type * from './ports/stop.ts'
export type * from './ports/undo.ts'
