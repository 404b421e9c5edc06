import type { Capability } from '../../contract/words.ts'
import { CAPABILITY_WORDS } from '../design/capability.tsx'

/** All capabilities, in the order of the contract. */
export const CAPABILITIES_IN_ORDER = Object.keys(CAPABILITY_WORDS) as Capability[]
