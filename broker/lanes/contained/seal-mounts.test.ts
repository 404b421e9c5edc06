import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { fc } from '../../../build/properties.ts'
import { sealMounts, splitQuoted } from './seal-mounts.ts'

/** As the sandbox runtime does. */
const quoteWord = (word: string) =>
  /^[A-Za-z0-9_./:@+,-][A-Za-z0-9_./:=@+,-]*$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`
const quote = (words: string[]) => words.map(quoteWord).join(' ')
const options = {
  tmp: '/run/tmp',
  shm: '/run/shm',
  own: '/run/s',
  nothing: { folder: '/run/s/nothing', file: '/run/s/nothing.txt' },
  readable: ['/home/me/docs'],
  writable: ['/home/me/docs/out', '/home/me/work'],
  env: {},
}
const seal = (words: string[], more: Partial<typeof options> = {}) =>
  sealMounts(quote(['bwrap', ...words, '--', '/bin/bash', '-c', 'exec ls']), { ...options, ...more })

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true })
})

function makeFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sallyport-seal-'))
  folders.push(folder)
  return folder
}

test('words come back as they were quoted, whatever is in them', () => {
  const word = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...`'" \\$!=-/a\n☀`) }))
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      expect(splitQuoted(quote(words))).toEqual(words)
    }),
  )
})

test.each([
  'a  b',
  'a;b',
  'a $b',
  '"a"',
  "'a",
  'a|b',
  'a\nb',
  '`a`',
])('what is no such line is not read: %s', (line) => {
  expect(() => splitQuoted(line)).toThrow()
})

describe('what bubblewrap is told', () => {
  test('a place in memory can’t be written to; /tmp and /dev/shm are on the disk', () => {
    const sealed = seal(['--ro-bind', '/', '/', '--tmpfs', '/home', '--tmpfs', '/tmp', '--dev', '/dev'])
    expect(sealed).toMatchObject({ command: 'bwrap', program: ['/bin/bash', '-c', 'exec ls'], hasTmp: true })
    expect(sealed.options.join(' ')).toBe(
      '--ro-bind / / --tmpfs /home --bind /run/tmp /tmp --dev /dev --bind /run/shm /dev/shm --remount-ro /home --remount-ro /dev',
    )
  })

  test('but one that something else was mounted over stays as that is', () => {
    const sealed = seal(['--tmpfs', '/home/me/work', '--bind', '/home/me/work', '/home/me/work'])
    expect(sealed.options.join(' ')).not.toContain('--remount-ro')
  })

  test('a folder that may be changed is opened again inside of one that may be read', () => {
    const sealed = seal([
      '--ro-bind',
      '/home/me/docs',
      '/home/me/docs',
      '--ro-bind',
      '/dev/null',
      '/home/me/docs/out/.bashrc',
    ])
    expect(sealed.options.join(' ')).toBe(
      '--ro-bind /home/me/docs /home/me/docs --bind /home/me/docs/out /home/me/docs/out --ro-bind /run/s/nothing /home/me/docs/out/.bashrc',
    )
    expect(sealed.mountPoints).toEqual(['/home/me/docs/out/.bashrc'])
  })

  test('where no file may be made an empty folder stands, and in git’s own folder an empty file', () => {
    const over = (file: string) => seal(['--ro-bind', '/dev/null', file])
    expect(over('/home/me/work/.mcp.json').options[1]).toBe('/run/s/nothing')
    expect(over('/home/me/work/.git/modules').options[1]).toBe('/run/s/nothing.txt')
    expect(over('/home/me/work/.git/modules').mountPoints).toEqual(['/home/me/work/.git/modules'])
    // What is there, or lies where nothing may be made anyway, is closed as ever.
    for (const file of ['/etc/hosts', '/home/me/docs/.bashrc'])
      expect(over(file).options).toEqual(['--ro-bind', '/dev/null', file])
    const folder = makeFolder()
    fs.writeFileSync(`${folder}/.bashrc`, 'mine')
    expect(seal(['--ro-bind', '/dev/null', `${folder}/.bashrc`], { writable: [folder] }).options[1]).toBe(
      '/dev/null',
    )
  })

  test('in a folder that is read-only nothing is mounted over what is not there', () => {
    const folder = makeFolder()
    fs.mkdirSync(`${folder}/.claude/agents`, { recursive: true })
    const closed = ['--ro-bind', `${folder}/.claude`, `${folder}/.claude`]
    const over = (name: string) => ['--ro-bind', '/dev/null', `${folder}/${name}`]
    const of = (...words: string[]) => seal(words, { writable: [folder] })
    const sealed = of(...closed, ...over('.claude/commands'), ...over('.vscode'))
    expect(sealed.options).toEqual([...closed, '--ro-bind', '/run/s/nothing', `${folder}/.vscode`])
    expect(sealed.mountPoints).not.toContain(`${folder}/.claude/commands`)
    expect(of(...closed, ...over('.claude/agents')).mountPoints).toContain(`${folder}/.claude/agents`)
    // Opened again since, it is read-only no more.
    const opened = of(...closed, '--bind', folder, folder, ...over('.claude/commands'))
    expect(opened.mountPoints).toContain(`${folder}/.claude/commands`)
  })

  test('nor in the root, which is read-only, before a folder in it is opened', () => {
    const folder = makeFolder()
    const gone = ['--ro-bind', `${folder}/.claude`, `${folder}/.claude`]
    const [root, open] = [
      ['--ro-bind', '/', '/'],
      ['--bind', folder, folder],
    ]
    const over = ['--ro-bind', '/run/s/nothing', `${folder}/.claude`]
    const of = (...words: string[][]) => seal(words.flat(), { writable: [folder] }).options
    expect(of(root, gone, open)).toEqual([root, open].flat())
    expect(of(root, open, gone)).toEqual([root, open, over].flat())
  })

  test('what held a place for another program may have come or gone since the runtime looked', () => {
    const folder = makeFolder()
    const [here, gone] = [`${folder}/.claude`, `${folder}/.vscode`]
    fs.mkdirSync(here)
    const over = (source: string, dest: string) => seal(['--ro-bind', source, dest], { writable: [folder] })
    expect(over('/dev/null', here).options).toEqual(['--ro-bind', '/run/s/nothing', here])
    expect(over(gone, gone).options).toEqual(['--ro-bind', '/run/s/nothing', gone])
    expect(over(here, here).options).toEqual(['--ro-bind', here, here])
    for (const dest of [here, gone]) expect(over(dest, dest).mountPoints).toEqual([dest])
  })

  test('but not inside of one that was closed', () => {
    const work = makeFolder()
    const locked = `${work}/locked`
    fs.mkdirSync(locked)
    const words = ['--ro-bind', locked, locked]
    const writable = [work, `${locked}/open`]
    for (const readable of [[], [locked]]) expect(seal(words, { readable, writable }).options).toEqual(words)
  })

  test('the program’s environment is not bubblewrap’s own', () => {
    expect(seal([], { env: { LD_PRELOAD: '/x.so' } }).options).toEqual(['--setenv', 'LD_PRELOAD', '/x.so'])
  })

  test('a profile that lies in a file is read from there', () => {
    const file = path.join(makeFolder(), 'profile')
    fs.writeFileSync(file, '--tmpfs\0/home/with space\0')
    const line = quote([
      ...['/bin/sh', '-c', 'exec 9<"$1" && shift && exec "$@"', 'srt-args', file, 'bwrap'],
      ...['--new-session', '--args', '9', '--unshare-pid', '--', '/bin/bash', '-c', 'exec ls'],
    ])
    expect(sealMounts(line, options).options).toEqual([
      ...['--new-session', '--tmpfs', '/home/with space', '--unshare-pid'],
      ...['--remount-ro', '/home/with space'],
    ])
  })

  test.each([
    ['an option that is not known', ['--overlay-src', '/', '--', 'ls'], 'not known here'],
    ['an option without its operand', ['--tmpfs', '--', 'ls'], 'not known here'],
    ['options without an end', ['--new-session'], 'have no end'],
  ])('%s runs nothing', (_, words, why) => {
    expect(() => sealMounts(quote(['bwrap', ...words]), options)).toThrow(why)
  })

  test('nor does what is not bubblewrap, by itself or out of a file', () => {
    const file = path.join(makeFolder(), 'profile')
    fs.writeFileSync(file, '--tmpfs\0/home\0')
    const around = (change: Record<number, string> = {}) => {
      const words = ['/bin/sh', '-c', 'exec 9<"$1"', 'srt-args', file, 'bwrap', '--args', '9', '--', 'ls']
      return quote(words.map((word, at) => change[at] ?? word))
    }
    for (const command of ['bwrap', '/usr/bin/bwrap', '/opt/a b/bwrap']) {
      expect(sealMounts(quote([command, '--new-session', '--', 'ls']), options).command).toBe(command)
      expect(sealMounts(around({ 5: command }), options).command).toBe(command)
    }
    const others = ['', 'ls', '/usr/bin/env', 'xbwrap', '/usr/bin/bwrap.sh', './bwrap', '/bin/bash']
    for (const line of [
      ...others.map((command) => quote([command, '--', 'ls'])),
      ...others.map((command) => around({ 5: command })),
      ...[
        around({ 0: '/bin/bash' }),
        around({ 1: '-x' }),
        around({ 3: 'other' }),
        around({ 6: '--arguments' }),
      ],
    ])
      expect(() => sealMounts(line, options), line).toThrow('not those that are known')
  })
})
