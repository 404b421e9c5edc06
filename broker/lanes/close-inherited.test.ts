import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

describe.skipIf(process.platform !== 'linux')('a host', () => {
  test('what was open before is closed, and nothing of its own', () => {
    const file = path.join(import.meta.dirname, 'close-inherited.ts')
    const code = `import fs from 'node:fs'
    import { closeInherited } from '${file}'
    const there = () => ['251', '252'].filter((name) => fs.readdirSync('/proc/self/fd').includes(name))
    const before = there()
    closeInherited()
    console.log(JSON.stringify([before, there(), fs.readFileSync('/proc/self/comm', 'utf8').length > 0]))`
    const script = 'exec 251</dev/null 252>/dev/null; exec "$0" --input-type=module -e "$1"'
    const said = execFileSync('bash', ['-c', script, process.execPath, code], { encoding: 'utf8' })
    expect(JSON.parse(said)).toEqual([['251', '252'], [], true])
  })
})
