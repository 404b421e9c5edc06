/** Reads one file of a package: whole, limited, and never from outside the package's folder. */
import { open, realpath, stat } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'

/**
 * The text of `file`, which must lie in `root` after links are followed. `limit` is in bytes.
 * @param root a real path, links resolved
 */
export async function readInside(root: string, file: string, limit: number): Promise<Outcome<string>> {
  let real: string
  try {
    real = await realpath(file)
  } catch {
    return failed('not-found', `${file} isn’t there.`)
  }
  if (!isInside(root, real))
    return refused(
      'invalid-request',
      `${file} is a link that leads out of its folder, so the tool isn’t loaded.`,
    )
  if (!(await stat(real)).isFile()) return refused('invalid-request', `${file} is not a plain file.`)
  const handle = await open(real, 'r')
  try {
    const { size } = await handle.stat()
    if (size > limit) return refused('too-large', `${file} is larger than ${limit} bytes.`)
    return ok(await handle.readFile('utf8'))
  } finally {
    await handle.close()
  }
}

export function isInside(root: string, real: string): boolean {
  return real === root || real.startsWith(root.endsWith(path.sep) ? root : root + path.sep)
}

const INLINE = '//# sourceMappingURL=data:application/json;'

/** The source map that a bundler wrote into the module's last line; null without one. */
export function inlineMap(code: string): string | null {
  const at = code.lastIndexOf(INLINE)
  if (at < 0) return null
  const [, packed] =
    /^(?:charset=[\w-]+;)?base64,([A-Za-z0-9+/]+={0,2})\s*$/.exec(code.slice(at + INLINE.length)) ?? []
  return packed === undefined ? null : Buffer.from(packed, 'base64').toString('utf8')
}

export const MODULE_FILE = /\.(js|mjs|ts|mts)$/

/** JavaScript of a module: types are blanked out, so that lines and columns stay as they were written. */
export function toJavaScript(file: string, source: string): Outcome<string> {
  if (!/\.m?ts$/.test(file)) return ok(source)
  try {
    return ok(stripTypeScriptTypes(source, { mode: 'strip' }))
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return failed(
      'unsupported',
      `The types of ${path.basename(file)} can’t be stripped: ${text.slice(0, 300)}`,
    )
  }
}
