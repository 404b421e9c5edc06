/** Secrets as everybody but the keychain sees them: names and rules, never values. */
import { z } from 'zod'
import { Id, Instant, Slug } from './words.ts'

export const SecretBinding = z.strictObject({
  scheme: z.enum(['https', 'http']).default('https'),
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65535).optional(),
  pathPrefix: z.string().startsWith('/').max(500).default('/'),
  place: z.enum(['header', 'query', 'body']).default('header'),
})
export type SecretBinding = z.infer<typeof SecretBinding>

export const SecretRules = z.strictObject({
  name: Slug,
  kind: z.enum(['token', 'password', 'api-key', 'signing-key', 'model-key', 'other']).default('token'),
  bindings: z.array(SecretBinding).max(16).default([]),
  /** Names; empty means none, `*` means any. */
  tools: z.array(z.string().max(64)).max(64).default(['*']),
  agents: z.array(z.string().max(80)).max(64).default(['*']),
  expiresAt: Instant.nullable().default(null),
  /** The provider's page where it is rotated. */
  rotateUrl: z.string().max(500).default(''),
})
export type SecretRules = z.infer<typeof SecretRules>

export const SecretInfo = SecretRules.extend({
  createdAt: Instant,
  rotatedAt: Instant.nullable(),
  lastUse: Instant.nullable(),
  uses: z.number().int(),
  revokedAt: Instant.nullable(),
  /** False when the keychain no longer holds it. */
  present: z.boolean(),
  /** The value before the last rotation is kept in memory until then, to see whether it still works; null when it isn't. */
  formerUntil: Instant.nullable().default(null),
})
export type SecretInfo = z.infer<typeof SecretInfo>

export const KeychainStatus = z.object({
  state: z.enum(['ready', 'locked', 'none', 'error']),
  /** "GNOME Keyring", "KWallet", "macOS Keychain", "Windows Credential Manager", "". */
  name: z.string(),
  /** What to do. */
  text: z.string(),
})
export type KeychainStatus = z.infer<typeof KeychainStatus>

export const SecretList = z.object({
  secrets: z.array(SecretInfo),
  keychain: KeychainStatus,
  /** Since an incident none is filled in, until a person unlocks them. */
  locked: z.boolean(),
})
export type SecretList = z.infer<typeof SecretList>

export const SecretId = Id
