/**
 * A package's identity: SHA-256 over its manifest and its modules in one canonical form, so that neither the order of
 * files nor the layout of the manifest changes it, and nothing that runs can change without it. Source maps run
 * nowhere and are left out.
 */
import { createHash } from 'node:crypto'
import type { Manifest } from '../../contract/manifest.ts'

/** 64 hex digits. */
export function hashPackage(manifest: Manifest, modules: Record<string, string>): string {
  return createHash('sha256').update(canonicalJson({ manifest, modules })).digest('hex')
}

/** JSON with the keys of every object in code unit order and nothing `undefined`. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
