import { expect, test } from 'vitest'
import { mountFault, readMounts } from './check-mounts.ts'

const OUTSIDE = `22 1 254:0 / / rw - ext4 /dev/vda rw
30 22 0:40 / /tmp rw - tmpfs tmpfs rw
31 22 254:1 /@home /home rw - btrfs /dev/vdb rw
32 31 254:2 / /home/ada/my\\040disk rw - ext4 /dev/vdc rw
`
const outside = readMounts(OUTSIDE)
const inside = (...lines: string[]) =>
  readMounts(lines.map((line, at) => `${80 + at} 66 ${line} rw - ext4 x rw\n`).join(''))
const same = (...paths: string[]) => paths.map((path) => ({ source: path, dest: path }))

test('what is mounted where it lies is as expected: below a volume of its own, with blanks, on another disk', () => {
  const mounts = inside(
    '254:1 /@home/ada/work /home/ada/work',
    '254:1 /@home/ada/work/.git /home/ada/work/.git',
    '254:2 /a\\040b /home/ada/my\\040disk/a\\040b',
    '0:40 /w /tmp/w',
  )
  const paths = ['/home/ada/work', '/home/ada/work/.git', '/home/ada/my disk/a b', '/tmp/w']
  expect(mountFault(outside, mounts, same(...paths))).toBeNull()
})

test('what lies elsewhere, in the same file system or in another, is found', () => {
  const work = '254:1 /@home/ada/work /home/ada/work'
  for (const line of ['254:1 /@home/ada/.ssh', '254:0 /home/ada/work/.git', '254:1 /@home/ada/work/old'])
    expect(
      mountFault(
        outside,
        inside(work, `${line} /home/ada/work/.git`),
        same('/home/ada/work', '/home/ada/work/.git'),
      ),
    ).toContain('lies elsewhere')
})

test('what is not there, because its place led elsewhere, is found; of two the later counts', () => {
  const expected = [{ source: null, dest: '/home/ada/work/.mcp.json' }]
  expect(mountFault(outside, inside('0:50 / /home/ada/work/other'), expected)).toContain('nothing is mounted')
  expect(mountFault(outside, inside('0:50 / /home/ada/work/.mcp.json'), expected)).toBeNull()
  const right = '254:1 /@home/ada/work/x /home/ada/work/x'
  const wrong = '254:1 /@home/ada/.ssh /home/ada/work/x'
  expect(mountFault(outside, inside(wrong, right), same('/home/ada/work/x'))).toBeNull()
  expect(mountFault(outside, inside(right, wrong), same('/home/ada/work/x'))).toContain('lies elsewhere')
})
