/** The vault, the leak scan and the canaries. */
import type { Outcome, Refused } from '../../contract/outcome.ts'
import type { KeychainStatus, SecretBinding, SecretInfo, SecretRules } from '../../contract/secret.ts'
import type { Json, PrincipalRef, RunRef, ToolRef } from '../../contract/words.ts'
import type { Permit } from '../gate/permit.ts'

/** Who would use a secret. */
export interface SecretUser {
  principalId: string
  /** As its person named it: a secret's rules may name agents so. */
  principalName: string
  /** The tool whose code asks; null for the agent's own requests. */
  tool: string | null
}

export interface SecretVault {
  status(): Promise<KeychainStatus>
  list(): SecretInfo[]
  /** Rules of one; null when there is none or it is revoked or expired. */
  info(name: string): SecretInfo | null
  add(rules: SecretRules, value: string): Promise<Outcome<SecretInfo>>
  update(rules: SecretRules): Outcome<SecretInfo>
  rotate(name: string, value: string): Promise<Outcome<SecretInfo>>
  /** From then on unused, each of them; of `kept` the keychain would not delete the value. */
  revoke(name?: string): Promise<{ revoked: number; kept: string[] }>
  delete(name: string): Promise<Outcome<true>>
  /** The value, for a use the gate allowed. Only capabilities and model calls may call it, with their permit. */
  reveal(
    permit: Permit,
    name: string,
    target: { origin: string; path: string; place: SecretBinding['place'] | 'command' },
  ): Promise<Outcome<string>>
  /**
   * Why it could not be revealed for them there, by its rules and how it stands now; null where it could, as long as
   * the keychain gives it. Tells no more than `reveal` would.
   */
  refusal(
    name: string,
    target: { origin: string; path: string; place: SecretBinding['place'] | 'command' },
    who: SecretUser,
  ): Refused | null
  /** The value before the last rotation, while it is still kept: for asking its provider whether it still works. */
  revealFormer(
    permit: Permit,
    name: string,
    target: { origin: string; path: string; place: SecretBinding['place'] },
  ): Promise<Outcome<string>>
  /** The provider refused it: nothing of it is kept any longer. */
  forgetFormer(name: string): void
  /** Locks all: reveals nothing until unlocked (incident mode). */
  lock(locked: boolean): void
  locked(): boolean
  onChange(fn: (secrets: SecretInfo[]) => void): () => void
}

export interface LeakHit {
  /** `secret:name`, `canary:tool`, the credential's kind, or `unread:` for what could not be looked through in time. */
  what: string
  start: number
  end: number
}

/** What is large, or takes long, is looked through on another thread. */
export type Soon<T> = T | Promise<T>
export interface Scanned {
  hits: LeakHit[]
  redacted: string
}
export interface Redacted {
  text: string
  hits: LeakHit[]
}

/**
 * Nothing goes on before it was looked through. What could not be, in time, is one hit as a whole (`unread:`): it is
 * taken out or refused like any other. None of these rejects.
 */
export interface LeakScanner {
  /** Whole text. Registered values are found in every usual encoding; unknown credentials by rules. */
  scan(text: string): Soon<Scanned>
  /** The same at once, for a line or two; what takes longer than a moment counts as not looked through. */
  brief(text: string): Scanned
  /** Registered values only; fast enough for every value that goes to a tool, a model or the log. */
  redactKnown(text: string): Soon<Redacted>
  /** The same over any JSON value. */
  redactJson(value: Json): Soon<{ value: Json; hits: LeakHit[] }>
  /** `scan` over any JSON value. */
  scanJson(value: Json): Soon<{ value: Json; hits: LeakHit[] }>
  /** Chunks of one stream: holds back what could be the start of a value; with `credentials` of unknown ones too. */
  stream(options?: { credentials?: boolean }): LeakStream
  /** Resolves when every rule for unknown credentials is loaded. */
  ready(): Promise<void>
}

export interface LeakStream {
  /** What can be let through by now, clean. In the order of the calls, also where one is not waited for. */
  push(chunk: string): Soon<string>
  end(): Soon<string>
  /** The end of what a limit cut off: as `end`, without what may be the beginning of a value. */
  cut(): Soon<string>
  hits(): LeakHit[]
}

/** Where a canary turned up, for people and for the record. */
export interface CanaryPlace {
  /** "in a request to paste.example.net". */
  words: string
  principal: PrincipalRef | null
  run: RunRef | null
  tool: ToolRef | null
  callId: string | null
}

/** Each tool has a fake credential of its own; one that turns up on its way out freezes its tool. */
export interface CanaryWatch {
  tokenFor(tool: string): string
  /** Set while the tool is frozen. */
  frozen(tool: string): Refused | null
  /** Freezes the tools whose canaries are among the hits; null when none is. */
  caught(hits: readonly LeakHit[], place: CanaryPlace): Refused | null
}
