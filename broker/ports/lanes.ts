/** Where tools and contained programs run. */

import type { Readable } from 'node:stream'
import type { ToolInfo } from '../../contract/broker-api.ts'
import type { ToolLimits } from '../../contract/manifest.ts'
import type { Outcome } from '../../contract/outcome.ts'
import type { Json } from '../../contract/words.ts'
import type { Stoppable } from './stop.ts'

/** An installed tool, loaded whole: nothing is read from disk at call time. `hash` covers manifest and files. */
export interface InstalledTool extends ToolInfo {
  /** Module name → source, and source maps. */
  modules: Record<string, string>
  maps: Record<string, string>
}

export interface ToolCall {
  tool: InstalledTool
  /** Processes are never shared between principals. */
  principalId: string
  /** Calls of different runs share no state: each run has realms of its own in the process. */
  runId?: string | null
  fn: string
  input: Json
  /** Requests of it that were answered before it begins. */
  ahead?: readonly AheadAnswer[]
  limits: ToolLimits
  signal: AbortSignal
  /** Arguments are unparsed; the gate parses. Order of replies is free. `signal` is aborted when the call has ended without waiting for the answer: cancelled, past its deadline, crashed. `request` is its number in the call. */
  onRequest(operation: string, args: Json, signal: AbortSignal, request: number): Promise<Outcome<Json>>
  onLog(level: string, text: string): void
  /** Gives back a function that stops the wall clock, and one that lets it go on. */
  clock?: (control: { hold(): void; release(): void }) => void
  /** The tool's canary, which stands in its box as `sallyport.env.SESSION_TOKEN`. */
  sessionToken?: string
}

export interface AheadAnswer {
  operation: string
  /** Canonical JSON text. */
  args: string
  outcome: Outcome<Json>
}

export interface ToolCallResult {
  outcome: Outcome<Json>
  wallMs: number
  cpuMs: number
  /** Highest RSS seen, bytes. */
  peakRss: number
}

/** Isolates in processes of their own, from a warm pool. */
export interface IsolateLane extends Stoppable {
  run(call: ToolCall): Promise<ToolCallResult>
  /** Starts the spare process ahead of need. */
  warm(): Promise<void>
  stats(): {
    processes: number
    busy: number
    spare: number
    crashed: number
    osSandbox: 'bubblewrap' | 'seatbelt' | 'none'
    text: string
    /** The OS sandbox is installed, and the system does not let it start. */
    mayNot: boolean
    pids: number[]
  }
  close(): Promise<void>
}

/** A program in an OS sandbox, with files, hosts and limits of its own. */
export interface ContainedProgram {
  principalId: string
  /** For receipts: `git status`. */
  words: string
  /** The file to start; its last name is what the program takes itself for. */
  program: string
  args: string[]
  cwd: string
  /** Added to a scrubbed environment (PATH, LANG, an empty home and temp folder of its own). */
  env: Record<string, string>
  /** Canonical paths, each with all below. What is writable is readable. */
  readable: string[]
  writable: string[]
  /** Below those: not even seen, and seen but not changed. */
  hidden: string[]
  readOnly: string[]
  /** Of all its processes together, bytes. */
  maxMemory: number
  maxProcesses: number
  /** Wall clock, ms; stands while `mayConnect` is asked. */
  timeoutMs: number
  /** Asked once for each host and port: null lets it through, a sentence refuses. */
  mayConnect(host: string, port: number): Promise<string | null>
  /** Of a host that was let through: where it may lead besides the public internet. */
  privateAddresses(host: string, port: number): Promise<string[]>
  /** That it has sent so much more, in bytes, a few times a second; a sentence ends it. */
  onSent(host: string, port: number, bytes: number): string | null
  /** `host:port` of this very computer that it may ask for: it finds them at that port of its own. */
  local: string[]
  /** What it reads on its standard input; empty for none. */
  input: string
  signal: AbortSignal
}

export interface ContainedEnd {
  exitCode: number | null
  signal: string | null
  endedBy: 'itself' | 'timeout' | 'memory' | 'processes' | 'budget' | 'stopped' | 'crash'
  /** Why it has used up its budget. */
  why?: string
  /** `host:port` that it tried to reach and was refused. */
  denied: string[]
  /** Times that it was refused a host without anybody being asked, because it had asked for too many. */
  notAsked: number
  /** What it left in its private folders (its home, /tmp), which are gone with it. */
  left: string[]
  wallMs: number
  /** Highest sum of its processes, bytes. */
  peakRss: number
}

export interface ContainedProcess {
  stdout: Readable
  stderr: Readable
  /** Never rejects. All of it is gone when it resolves. */
  ended: Promise<ContainedEnd>
  /** Ends the whole tree; what is left after a second is named. */
  kill(): Promise<{ survivors: number[] }>
}

export interface ContainedFacts {
  available: boolean
  text: string
  /** What is in the way: a program that is not installed, or a system that does not let bubblewrap start. */
  lacks: 'nothing' | 'programs' | 'permission' | 'system'
}

export interface ContainedPrograms extends Stoppable {
  start(program: ContainedProgram): Promise<Outcome<ContainedProcess>>
  /** Whether programs can be contained here, and what is missing: as far as is known now, or tried where it was not yet. */
  available(): ContainedFacts
  look(): Promise<ContainedFacts>
  /** Ends and removes what brokers left behind that were killed in the moment in which they started a program. */
  clearUp(): void
  close(): Promise<void>
}
