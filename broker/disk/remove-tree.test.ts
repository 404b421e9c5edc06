import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { removeTree } from './remove-tree.ts'

let top: string
beforeEach(() => {
  top = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-remove-')))
  for (const name of ['made/sub/deep', 'others']) fs.mkdirSync(path.join(top, name), { recursive: true })
  for (const name of ['made/a', 'made/sub/b', 'made/sub/deep/c', 'others/kept'])
    fs.writeFileSync(path.join(top, name), name)
})
afterEach(() => {
  vi.restoreAllMocks()
  fs.rmSync(top, { recursive: true, force: true })
})

test('goes with all that is in it, and links are not followed', async () => {
  fs.symlinkSync(path.join(top, 'others'), path.join(top, 'made/sub/link'))
  fs.writeFileSync(Buffer.from(`${top}/made/sub/\xff`, 'latin1'), '')
  await removeTree(path.join(top, 'made'))
  expect(fs.readdirSync(top)).toEqual(['others'])
  expect(fs.readdirSync(path.join(top, 'others'))).toEqual(['kept'])
  await removeTree(path.join(top, 'made'))
})

// Root may write anywhere.
test.skipIf(process.getuid?.() === 0)(
  'what is in a shut folder goes only where it is to be opened',
  async () => {
    fs.chmodSync(path.join(top, 'made/sub'), 0o500)
    await expect(removeTree(path.join(top, 'made'))).rejects.toThrow('EACCES')
    expect(fs.readFileSync(path.join(top, 'made/sub/b'), 'utf8')).toBe('made/sub/b')
    await removeTree(path.join(top, 'made'), { opening: true })
    expect(fs.readdirSync(top)).toEqual(['others'])
  },
)

// Who swaps has all the time there is: right after it was looked at, or right after it was opened.
// Elsewhere folders can't be held.
const STEPS = process.platform === 'linux' ? (['lstatSync', 'openSync'] as const) : []
test.each(STEPS)('a folder that is swapped for a link (%s) leads nowhere else', async (last) => {
  const sub = path.join(top, 'made/sub')
  const real = fs[last] as (...args: unknown[]) => unknown
  let swapped = false
  vi.spyOn(fs, last as 'lstatSync').mockImplementation(((...args: unknown[]) => {
    const given = real(...args)
    if (!swapped && String(args[0]).endsWith('/sub')) {
      swapped = true
      fs.renameSync(sub, path.join(top, 'aside'))
      fs.symlinkSync(path.join(top, 'others'), sub)
    }
    return given
  }) as typeof fs.lstatSync)
  await removeTree(path.join(top, 'made')).catch(() => {})
  expect(swapped).toBe(true)
  expect(fs.readdirSync(path.join(top, 'others'))).toEqual(['kept'])
})
