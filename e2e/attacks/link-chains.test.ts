/**
 * A line of the perimeter leads through links, and one of them, first or later, lies in what the agent may change. The
 * agent points it elsewhere, and the lines are read anew, as at the next start: what it points at then is open to nobody,
 * by a file's name, to a program, or in the words of `sallyport check`.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalizeForCheck } from '../../broker/capabilities/canonicalize-for-check.ts'
import { explainCheck } from '../../broker/policy/explain-check.ts'
import { ok } from '../../contract/outcome.ts'
import { type FolderLine, Perimeter } from '../../contract/perimeter.ts'
import type { Need } from '../../contract/resource.ts'
import { type GitHouse, openGitHouse } from '../fixtures/open-git-house.ts'

type Level = FolderLine['read']
type Line = [folder: string, read: Level, write: Level]
interface Chain {
  lines: Line[]
  /** Links of the person, each where it stands and what it says. */
  links: [at: string, to: string][]
  /** What the agent does in its folder. */
  swap: string
  /** What it is after: below the case's own home. */
  prize: string
}
const WORK: Line = ['work', 'allow', 'allow']

const CHAINS: Record<string, Chain> = {
  'a second link, behind one of the person’s own': {
    lines: [WORK, ['mine', 'allow', 'allow']],
    links: [
      ['work/current', 'one'],
      ['mine', 'work/current'],
    ],
    swap: 'ln -sfn ../private work/current',
    prize: 'private',
  },
  'a folder that the person’s link leads to, with a link put in its place': {
    lines: [WORK, ['mine', 'allow', 'allow']],
    links: [['mine', 'work/deep/inner/data']],
    swap: 'mv work/deep/inner work/gone; ln -s ../../private work/deep/inner',
    prize: 'private/data',
  },
  'a way with dots, that goes back through a link': {
    lines: [WORK, ['mine', 'allow', 'allow']],
    links: [
      ['work/deep/back', 'inner'],
      ['mine', 'work/deep/back/../../one'],
    ],
    swap: 'ln -sfn ../../private/data work/deep/back',
    prize: 'one',
  },
  'four links, the third of them in its hands': {
    lines: [WORK, ['a/top', 'allow', 'allow']],
    links: [
      ['work/c', 'one'],
      ['b', 'work/c'],
      ['a/top', '../b'],
      ['private/link', 'data'],
    ],
    swap: 'ln -sfn ../private/link work/c',
    prize: 'private/data',
  },
  'a link of a line that is for reading only': {
    lines: [WORK, ['work/ref', 'allow', 'deny']],
    links: [['work/ref', 'one']],
    swap: 'ln -sfn ../private work/ref',
    prize: 'private',
  },
  'a link to what another line closes inside of its folder': {
    lines: [WORK, ['work/shut', 'deny', 'deny'], ['work/current', 'allow', 'allow']],
    links: [['work/current', 'one']],
    swap: 'ln -sfn shut/data work/current',
    prize: 'work/shut/data',
  },
  'a link to keys that are protected by their place': {
    lines: [
      ['', 'allow', 'allow'],
      ['work/current', 'allow', 'allow'],
    ],
    links: [['work/current', 'one']],
    swap: 'ln -sfn ../.ssh work/current',
    prize: '.ssh',
  },
}

let house: GitHouse
let count = 0
beforeAll(async () => {
  house = await openGitHouse()
})
afterAll(() => house.close())

/** A home of the case's own: the protected places are looked for in the house's, so `.ssh` is the house's. */
function build({ links, lines }: Pick<Chain, 'links' | 'lines'>) {
  const home = realpathSync(house.house.home)
  const top = lines.some(([folder]) => folder === '') ? home : path.join(home, `chain-${++count}`)
  const folders = 'work/one work/deep/inner/data work/shut/data private/data a one .ssh'
  for (const folder of folders.split(' ')) mkdirSync(path.join(top, folder), { recursive: true })
  for (const folder of ['private', 'private/data', 'work/shut/data', 'one', '.ssh'])
    writeFileSync(path.join(top, folder, 'note.txt'), SECRET)
  for (const [at, to] of links) symlinkSync(to, path.join(top, at))
  return top
}
const SECRET = 'nobody-opened-this-4417'
/** Made anew each time, as what is read from the disk at a start. */
const perimeterOf = (top: string, lines: Line[]) =>
  Perimeter.parse({
    folders: lines.map(([folder, read, write]) => ({ path: path.join(top, folder), read, write })),
    commands: [{ program: 'bash', args: [], run: 'allow' }],
    tools: [{ name: 'commands' }],
  })

const RUN = { id: 'run_chain', title: 'Test' }
async function byFile(file: string, perimeter: Perimeter, data?: string, run = RUN) {
  const outcome = await house.house.gate.passCapability(
    {
      principal: { id: 'agent_test', kind: 'agent', name: 'Test' },
      ...{ run, perimeter, tool: null, callId: 'call_chain', signal: new AbortController().signal },
    },
    data === undefined ? 'fs.readFile' : 'fs.writeFile',
    data === undefined ? { path: file } : { path: file, data, encoding: 'utf8' },
  )
  return outcome.kind === 'refused' ? outcome.code : outcome.kind
}
const byProgram = async (script: string, folder: string, perimeter: Perimeter) =>
  JSON.stringify(
    await house.house.callTool('commands', 'run', { argv: ['bash', '-c', script], folder }, perimeter),
  )
async function byCheck(file: string, perimeter: Perimeter) {
  const principal = { id: 'agent_test', kind: 'agent', name: 'Test' } as const
  const answer = await explainCheck(
    { capability: 'fs.read', resource: { path: file } },
    {
      ...{ decider: house.house.gate.decider, tool: () => null, now: 0 },
      asker: () => ({ principal, perimeter, ownModel: null }),
      async canonical(capability, resource) {
        const needs = await canonicalizeForCheck(capability, resource, house.house.home)
        return needs.kind === 'ok' ? ok(needs.value[0] as Need) : needs
      },
    },
  )
  return answer
}

describe.skipIf(process.platform !== 'linux')('a line that leads through a link', () => {
  it.each(Object.entries(CHAINS))('%s: pointed elsewhere, opens nothing', async (_, chain) => {
    const top = build(chain)
    const note = path.join(top, chain.prize, 'note.txt')
    const perimeter = () => perimeterOf(top, chain.lines)
    expect(await byFile(note, perimeter())).toBe('outside-perimeter')
    const swapped = await byProgram(`cd ${top} && ${chain.swap} && echo SWAPPED`, `${top}/work`, perimeter())
    expect(swapped).toContain('SWAPPED')

    const line = path.join(top, chain.lines.at(-1)?.[0] ?? '')
    const names = [note, path.join(top, chain.prize, 'new.txt'), path.join(line, 'note.txt')]
    for (const name of names) {
      expect([name, await byFile(name, perimeter())]).toEqual([name, 'outside-perimeter'])
      expect([name, await byFile(name, perimeter(), 'x')]).toEqual([name, 'outside-perimeter'])
      expect(await byCheck(name, perimeter())).toMatchObject({ decision: 'deny' })
    }
    const script = names.map((name) => `cat ${name}; echo x > ${name} && echo WRITTEN`).join('; ')
    for (const folder of [`${top}/work`, line]) {
      const said = await byProgram(script, folder, perimeter())
      expect(said).not.toMatch(new RegExp(`${SECRET}|WRITTEN`))
    }
    expect(readFileSync(note, 'utf8')).toBe(SECRET)
    expect(existsSync(path.join(top, chain.prize, 'new.txt'))).toBe(false)
  })

  it('says so where it is not followed', async () => {
    const chain = CHAINS['a second link, behind one of the person’s own'] as Chain
    const top = build(chain)
    rmSync(path.join(top, 'work/current'))
    symlinkSync('../private', path.join(top, 'work/current'))
    const answer = await byCheck(path.join(top, 'private/note.txt'), perimeterOf(top, chain.lines))
    expect(answer.because.join()).toMatch(/The line for .*\/mine is not followed there/)
  })

  it('is followed as before where it leads to no more than the agent has', async () => {
    const chain = CHAINS['a second link, behind one of the person’s own'] as Chain
    const top = build(chain)
    const perimeter = () =>
      perimeterOf(top, [
        ['work', 'allow', 'ask'],
        ['mine', 'allow', 'allow'],
      ])
    writeFileSync(path.join(top, 'work/one/a.txt'), 'a')
    house.house.questions.length = 0
    expect(await byFile(path.join(top, 'mine/a.txt'), perimeter())).toBe('ok')
    expect(await byFile(path.join(top, 'work/one/b.txt'), perimeter(), 'b')).toBe('ok')
    expect(house.house.questions).toHaveLength(0)
    expect(await byFile(path.join(top, 'work/deep/b.txt'), perimeter(), 'b')).toBe('ok')
    expect(house.house.questions).toHaveLength(1)
  })

  it('makes nothing the agent’s own that it could point elsewhere', async () => {
    const top = build({
      lines: [WORK],
      links: [
        ['work/notes', 'one'],
        ['mine', 'work/notes'],
      ],
    })
    const read = async (own: string, file: string) => {
      const perimeter = { ...perimeterOf(top, [WORK]), own: { folders: [path.join(top, own)], contacts: [] } }
      const run = { id: `run_own_${own.replace('/', '_')}_${++count}`, title: 'Test' }
      expect(await byFile(path.join(top, file), Perimeter.parse(perimeter), undefined, run)).toBe('ok')
      return house.house.origins.lamps(run.id, Perimeter.parse(perimeter)).outside
    }
    for (const folder of ['work/one', 'work/two']) {
      mkdirSync(path.join(top, folder), { recursive: true })
      writeFileSync(path.join(top, folder, 'note.txt'), 'some text from somewhere')
    }
    expect([
      await read('work/one', 'work/one/note.txt'),
      await read('work/one', 'work/two/note.txt'),
    ]).toEqual([false, true])
    rmSync(path.join(top, 'work/notes'))
    symlinkSync('two', path.join(top, 'work/notes'))
    expect(await read('work/notes', 'work/two/note.txt')).toBe(true)
    expect(await read('mine', 'work/two/note.txt')).toBe(true)
  })
})
