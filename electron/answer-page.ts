/**
 * The pages as they are handed to windows: with a content security policy that leaves them nothing but themselves (no
 * network, no inline code, no frames), and nothing for any address that is no page.
 */
import { readFile } from 'node:fs/promises'
import { resolvePage } from './resolve-page.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'none'",
  "frame-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const PAGE_HEADERS: Record<string, string> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** 405 for anything but GET, 404 for anything that is no page of ours. */
export async function answerPage(root: string, request: { method: string; url: string }): Promise<Response> {
  if (request.method !== 'GET') return new Response(null, { status: 405, headers: PAGE_HEADERS })
  const page = resolvePage(root, request.url)
  const body = page && (await readFile(page.file).catch(() => null))
  if (!page || !body) return new Response(null, { status: 404, headers: PAGE_HEADERS })
  return new Response(new Uint8Array(body), { headers: { ...PAGE_HEADERS, 'content-type': page.type } })
}
