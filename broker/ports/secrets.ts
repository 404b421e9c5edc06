/** The vault, the leak scan and the canaries. */
import type { Outcome, Refused } from '../../contract/outcome.ts'
import type { KeychainStatus, SecretBinding, SecretInfo, SecretRules } from '../../contract/secret.ts'
import type { Json, PrincipalRef, RunRef, ToolRef } from '../../contract/words.ts'
import type { Permit } from '../gate/permit.ts'

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
  /** `secret:name`, `canary:tool`, or the credential's kind. */
  what: string
  start: number
  end: number
}

export interface LeakScanner {
  /** Whole text. Registered values are found in every usual encoding; unknown credentials by rules. */
  scan(text: string): { hits: LeakHit[]; redacted: string }
  /** Registered values only; fast enough for every value that goes to a tool, a model or the log. */
  redactKnown(text: string): { text: string; hits: LeakHit[] }
  /** The same over any JSON value. */
  redactJson(value: Json): { value: Json; hits: LeakHit[] }
  /** Chunks of one stream: holds back what could be the start of a value; with `credentials` of unknown ones too. */
  stream(options?: { credentials?: boolean }): LeakStream
  /** Resolves when every rule for unknown credentials is loaded. */
  ready(): Promise<void>
}

export interface LeakStream {
  /** What can be let through by now, clean. */
  push(chunk: string): string
  end(): string
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
