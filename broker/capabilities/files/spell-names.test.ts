import { describe, expect, test } from 'vitest'
import { createNameSpelling, type NameDisk } from './spell-names.ts'

/** A disk that takes spellings of a name for one, in the folders that say so. */
function playDisk(
  entries: string[],
  folding: (folder: string) => boolean,
  fold = (name: string) => name.normalize('NFC').toLowerCase(),
): NameDisk & { asked: number } {
  const names = (folder: string) =>
    entries
      .filter((one) => one.slice(0, one.lastIndexOf('/')) === (folder === '/' ? '' : folder))
      .map((one) => one.slice(one.lastIndexOf('/') + 1))
  const disk = {
    asked: 0,
    names,
    identity(path: string): string | null {
      disk.asked++
      let at = ''
      for (const part of path.split('/').slice(1)) {
        const found = names(at === '' ? '/' : at).find(
          (name) => name === part || (folding(at) && fold(name) === fold(part)),
        )
        if (found === undefined) return null
        at = `${at}/${found}`
      }
      return at
    },
  }
  return disk
}

describe('spelling of names', () => {
  const entries = [
    '/Users',
    '/Users/anna',
    '/Users/anna/.ssh',
    '/Users/anna/.ssh/Key',
    '/Users/anna/Café',
    '/Users/anna/123',
  ]

  test('is the folder’s own where it does not tell case or accents apart', () => {
    const { canonical } = createNameSpelling(
      () => 0,
      playDisk(entries, () => true),
    )
    expect(canonical('/users/ANNA/.SSH/kEY')).toBe('/Users/anna/.ssh/Key')
    expect(canonical('/Users/anna/Cafe\u0301')).toBe('/Users/anna/Caf\u00e9')
    expect(canonical('/Users/anna/123')).toBe('/Users/anna/123')
    expect(canonical(canonical('/USERS/anna/.SSH'))).toBe('/Users/anna/.ssh')
  })

  test('is the folder’s own also where a disk folds names as nobody would guess', () => {
    const fold = (name: string) => name.replace(/\u200b/g, '').toUpperCase()
    const { canonical } = createNameSpelling(
      () => 0,
      playDisk(entries, () => true, fold),
    )
    expect(canonical('/Users/anna/.\u017fsh/Key')).toBe('/Users/anna/.ssh/Key')
    expect(canonical('/Users/anna/.\u200bssh/\u200bkey')).toBe('/Users/anna/.ssh/Key')
  })

  test('a name that is spelled right tells nothing about others', () => {
    const { canonical } = createNameSpelling(
      () => 0,
      playDisk(entries, () => true),
    )
    canonical('/Users/anna/.ssh/Key')
    expect(canonical('/Users/anna/.SSH/key')).toBe('/Users/anna/.ssh/Key')
  })

  test('stays as it is where folders tell apart, and is not tried again', () => {
    const disk = playDisk([...entries, '/Users/anna/.SSH'], () => false)
    const { canonical } = createNameSpelling(() => 0, disk)
    expect(canonical('/Users/anna/.SSH')).toBe('/Users/anna/.SSH')
    expect(canonical('/Users/anna/.ssh')).toBe('/Users/anna/.ssh')
    const asked = disk.asked
    canonical('/Users/anna/Café')
    expect(disk.asked).toBe(asked)
  })

  test('is tried again after a while: disks come and go', () => {
    let now = 0
    let folding = false
    const { canonical } = createNameSpelling(
      () => now,
      playDisk(entries, () => folding),
    )
    canonical('/Users/anna/.ssh')
    folding = true
    expect(canonical('/Users/anna/.SSH')).toBe('/Users/anna/.SSH')
    now = 60_000
    expect(canonical('/Users/anna/.SSH')).toBe('/Users/anna/.ssh')
  })

  test('only the folders that fold are spelled anew', () => {
    const { canonical } = createNameSpelling(
      () => 0,
      playDisk(['/mnt', '/mnt/Usb', '/mnt/Usb/Notes.TXT'], (folder) => folder.startsWith('/mnt/')),
    )
    expect(canonical('/mnt/Usb/notes.txt')).toBe('/mnt/Usb/Notes.TXT')
  })
})
