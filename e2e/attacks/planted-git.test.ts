/**
 * A program in its sandbox leaves something for the person's own git to run outside of it. Real programs in the real
 * sandbox, behind the real gate; and after each the person's git looks, with nothing in its way.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { lookAfterLastBroker } from '../../broker/look-after-last-broker.ts'
import type { Json } from '../../contract/words.ts'
import { type GitHouse, openGitHouse } from '../fixtures/open-git-house.ts'
import type { TestHouse } from '../fixtures/open-test-house.ts'

let git: GitHouse
let house: TestHouse
let folder: string

beforeAll(async () => {
  git = await openGitHouse()
  house = git.house
})
afterAll(() => git.close())
beforeEach(() => {
  git.begin()
  folder = git.folder()
})

const person = (args: string[], cwd?: string) => git.person(args, cwd)
const repository = () => git.repository()
const run: GitHouse['run'] = (...args) => git.run(...args)
const evil = (config: string) => git.evil(config)
const there = (name: string) => git.there(name)
const personLooks = (cwd?: string) => git.personLooks(cwd)
const said = async (script: string, more: Record<string, Json> = {}) =>
  JSON.stringify(await run(script, more))

describe.skipIf(process.platform !== 'linux')('what a program leaves for the person’s git', () => {
  it('“commondir” in a repository that is there says that its settings are elsewhere: out of effect, kept, said, recorded', async () => {
    repository()
    const plant = `mkdir evil; cp -r .git/objects .git/refs evil/; ${evil('evil/config')}; echo ../evil > .git/commondir`
    const text = await said(plant)
    expect(personLooks()).toBe(false)
    expect(there('.git/commondir')).toBe(false)
    expect(text).toContain('.git/commondir')
    expect(text).toContain('"exitCode":0')
    const noted = house.entries.filter(({ subject }) => subject === 'Leave something for later by bash')
    expect(JSON.stringify(noted)).toContain(`/.git/commondir`)

    // It is no part of what the run's undo brings back; asked for by itself, it is there again.
    const change = house.undo.changes().find(({ what }) => what === 'set-aside')
    const runId = change?.runId as string
    expect(await house.undo.undo({ runId })).toEqual({ undone: 0, skipped: [] })
    expect((await house.undo.preview(runId)).changes).toMatchObject([
      { what: 'set-aside', state: 'can-undo' },
    ])
    expect(await house.undo.undo({ runId, changeId: change?.id as string })).toEqual({
      undone: 1,
      skipped: [],
    })
    expect(readFileSync(path.join(folder, '.git/commondir'), 'utf8')).toBe('../evil\n')
    // Were it not for that, this is what would have happened.
    expect(personLooks()).toBe(true)
  })

  it('repositories that it makes anew, of every shape: none runs anything', async () => {
    const text = await said(`
      git init -q a; ${evil('a/.git/config')}
      git init -q b; printf '#!/bin/sh\ntouch ${folder}/owned' > b/.git/hooks/post-index-change; chmod +x b/.git/hooks/*
      git init -q c; printf '[include]\n\tpath = more\n' >> c/.git/config; ${evil('c/.git/more')}
      git init -q d; git -C d config extensions.worktreeConfig true; ${evil('d/.git/config.worktree')}
      git init -q --bare e; printf '[core]\n\trepositoryformatversion = 0\n\tworktree = .\n\tfsmonitor = touch ${folder}/owned\n' > e/config
      mkdir f g; git init -q --bare g/x; ${evil('g/x/config')}; echo 'gitdir: ../g/x' > f/.git
      mkdir h; ln -s ../a/.git h/.git
      mkdir -p i/.git; ${evil('i/.git/config')}
      git init -q j; rm -r j/.git/hooks; mkdir j/hooks; ln -s ../hooks j/.git/hooks; printf '#!/bin/sh\ntouch ${folder}/owned' > j/hooks/post-index-change; chmod +x j/hooks/*
      git init -q k; printf '[alias]\n\tstatus = !touch ${folder}/owned\n[core]\n\tfsmonitor \\\n = touch ${folder}/owned' >> k/.git/config`)
    for (const name of 'abcdefghijk')
      expect([name, personLooks(path.join(folder, name))]).toEqual([name, false])
    for (const place of [
      'a/.git/config',
      'b/.git/hooks/post-index-change',
      'c/.git/config',
      'e/config',
      'f/.git',
    ])
      expect([place, there(place)]).toEqual([place, false])
    expect(there('h/.git') || there('i/.git/config') || there('j/.git/hooks')).toBe(false)
    expect(text).toContain('more. What appeared there')
    // A second program finishes what the first had begun.
    await said('mkdir -p i/.git/objects i/.git/refs; echo ref: refs/heads/main > i/.git/HEAD')
    expect(personLooks(path.join(folder, 'i'))).toBe(false)
  })

  it('whatever else rules keep from being made, wherever it is', async () => {
    mkdirSync(path.join(folder, 'deep/er'), { recursive: true })
    writeFileSync(path.join(folder, '.mcp.json'), 'the person’s')
    const text = await said(
      'echo x > deep/er/.envrc; mkdir -p new/.claude; echo {} > new/.claude/settings.json; echo x > fine; mkdir y; echo x > y/.bashrc; mv y z',
    )
    for (const place of ['deep/er/.envrc', 'new/.claude', 'z/.bashrc']) {
      expect([place, there(place)]).toEqual([place, false])
      expect(text).toContain(place)
    }
    expect(readdirSync(folder).sort()).toEqual(['.mcp.json', 'deep', 'fine', 'new', 'z'])
    expect(readFileSync(path.join(folder, '.mcp.json'), 'utf8')).toBe('the person’s')
  })

  it('a bare repository that is there keeps its settings and hooks, by whatever way a program comes to them', async () => {
    repository()
    person(['clone', '-q', '--bare', '.', 'store'])
    mkdirSync(path.join(folder, 'deep'))
    person(['clone', '-q', '--bare', '.', 'deep/mirror'])
    rmSync(path.join(folder, 'deep/mirror/hooks'), { recursive: true })
    mkdirSync(path.join(folder, 'app/hooks'), { recursive: true })
    const hook = (at: string) => `printf '#!/bin/sh\ntouch ${folder}/owned' > ${at} && chmod +x ${at}`
    await said(`${evil('store/config')}; ${evil('deep/mirror/config')}
      ${hook('store/hooks/post-index-change')}; mkdir -p deep/mirror/hooks; ${hook('deep/mirror/hooks/reference-transaction')}
      cp -r store evil; ${evil('evil/config')}; mv store old && mv evil store; mv deep deeper && mkdir deep && cp -r evil deep/mirror
      echo use > app/hooks/use-thing; echo x > app/config`)
    // To git, whoever stands in one has it for their repository.
    for (const name of ['store', 'deep/mirror', 'evil', 'old', 'deeper/mirror'])
      if (there(name)) expect([name, personLooks(path.join(folder, name))]).toEqual([name, false])
    person(['update-ref', 'refs/heads/new', 'HEAD'], path.join(folder, 'deep/mirror'))
    expect(there('owned')).toBe(false)
    // Whatever else has such names is changed as ever, and git works with the store.
    expect(there('app/hooks/use-thing') && there('app/config')).toBe(true)
    const pushed = await said('git push -q store HEAD:refs/heads/pushed && git -C store gc -q && echo all')
    expect(pushed).toContain('all\\n')
    expect(person(['rev-parse', 'pushed'], path.join(folder, 'store'))).toMatch(/^[0-9a-f]{40}/)
  })

  it('nor does a tool change them by itself, or complete one around settings of its own', async () => {
    repository()
    person(['clone', '-q', '--bare', '.', 'store'])
    mkdirSync(path.join(folder, 'app/hooks'), { recursive: true })
    for (const file of ['config', 'hooks/post-update', 'hooks/new/er', 'info/attributes'])
      expect([file, await git.write(`store/${file}`)]).toEqual([file, 'refused'])
    for (const file of ['store/description', 'app/hooks/use-thing', 'app/config', 'app/info/attributes'])
      expect([file, await git.write(file)]).toEqual([file, 'ok'])
    expect(await git.write('app/refs/heads/x')).toBe('ok')
    expect(await git.write('app/objects/aa/x')).toBe('ok')
    expect(await git.write('app/HEAD')).toBe('refused')
  })

  it('nothing of an honest git is taken: init, commit, clone, working trees, modules', async () => {
    repository()
    const before = house.undo.changes().length
    const text = await said(`set -e
      git init -q new; git clone -q . copy; git clone -q --bare . bare.git
      git -C copy -c user.name=x -c user.email=x@y commit -q --allow-empty -m b
      git worktree add -q wt -b other; git -C wt status --short
      git init -q top; cd top; git -c protocol.file.allow=always submodule --quiet add ../copy sub; cd ..
      git clone -q --mirror . mirror; git clone -q --depth 1 "file://$PWD" shallow; echo all`)
    expect(text).toContain('all\\n')
    expect(house.undo.changes().length).toBe(before)
    for (const name of ['new', 'copy', 'wt', 'top', 'top/sub', 'shallow'])
      expect(person(['status'], path.join(folder, name))).toMatch(/^On branch /)
    expect(person(['worktree', 'list'])).toContain('/wt ')
    expect(person(['submodule', 'status'], path.join(folder, 'top'))).toContain(' sub ')
    // And again, now that all of it is there.
    await said('git -C copy fetch -q; git -C wt checkout -q -b third; git worktree add -q wt2 -b fourth')
    expect(house.undo.changes().length).toBe(before)
    expect(person(['worktree', 'list'])).toContain('/wt2 ')
  })

  it('settings of editors that a project brings along stay in its clone, and are written by no tool', async () => {
    repository()
    for (const name of ['.vscode', '.idea', '.husky', '.devcontainer']) {
      mkdirSync(path.join(folder, name), { recursive: true })
      writeFileSync(path.join(folder, name, 'settings.json'), '{}')
    }
    person(['add', '-A'])
    person(['-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-q', '-m', 'settings'])
    const before = house.undo.changes().length
    expect(await said('git clone -q . app; git -C app status --short; echo all')).toContain('"all\\n')
    expect(house.undo.changes().length).toBe(before)
    expect(person(['status', '--short'], path.join(folder, 'app'))).toBe('')
    expect(await git.write('app/.vscode/settings.json')).toBe('refused')
    expect(await git.write('app/new/.husky/pre-commit')).toBe('refused')
    expect(await git.write('app/main.ts')).toBe('ok')
  })

  it('nothing of others is taken: the person’s settings and hooks, branches with such names, a package called “commondir”', async () => {
    repository()
    person(['config', 'alias.st', 'status'])
    writeFileSync(path.join(folder, '.git/hooks/pre-push'), '#!/bin/sh\n')
    person(['branch', 'config'])
    person(['branch', 'hooks/new'])
    const before = house.undo.changes().length
    const waits = (name: string) => `for i in $(seq 500); do [ -e ${name} ] && break; sleep 0.1; done`
    const first = run(`touch one; ${waits('two')}; echo .. > .git/commondir`, { seconds: 60 })
    await expect.poll(() => there('one'), { timeout: 30_000 }).toBe(true)
    const second = run(
      `touch two; ${waits('three')}; rm -f .git/commondir; touch .git/new
      mkdir -p node_modules/commondir $'o\\xff'; echo {} > node_modules/commondir/package.json; echo x > $'o\\xff/.envrc'
      git init -q copy; cd copy; git remote add origin ..; git fetch -q; git remote set-head origin main`,
      { seconds: 60 },
    )
    expect(await first).toMatchObject({ kind: 'ok' })
    writeFileSync(path.join(folder, 'three'), '')
    expect(await second).toMatchObject({ kind: 'ok', value: { exitCode: 0 } })
    const taken = house.undo.changes().slice(before)
    expect(taken.map((change) => change.path)).toEqual([path.join(folder, '.git/commondir')])
    expect(person(['config', 'alias.st'])).toBe('status\n')
    expect(there('.git/hooks/pre-push') && there('node_modules/commondir/package.json')).toBe(true)
    expect(person(['rev-parse', 'origin/config', 'origin/hooks/new'], path.join(folder, 'copy'))).toMatch(
      /^[0-9a-f]/,
    )
    // What can’t be named is said.
    expect(JSON.stringify(house.entries.slice(-4))).toContain('Not all that it made was looked through')
  })

  it('the same when its run is stopped, with what it had started', async () => {
    repository()
    const control = new AbortController()
    const ended = run(
      "(setsid sh -c 'while :; do echo .. > .git/commondir; done' &); until [ -s .git/commondir ]; do sleep 0.1; done; touch begun; sleep 60",
      {},
      { signal: control.signal },
    )
    await expect.poll(() => there('begun'), { timeout: 30_000 }).toBe(true)
    control.abort()
    expect(await ended).toMatchObject({ kind: 'refused', code: 'cancelled' })
    await expect.poll(() => there('.git/commondir'), { timeout: 30_000 }).toBe(false)
  })

  it('a second program that had it closed does not get it open by the first one’s end', async () => {
    repository()
    await said('git init -q new; git -C new config extensions.worktreeConfig true')
    const waits = (name: string) => `for i in $(seq 500); do [ -e ${name} ] && break; sleep 0.1; done`
    const plant = (of: string) => `echo ${of} > .envrc; ${evil('new/.git/config.worktree')}`
    const first = run(`rm -f .envrc; echo first > .envrc; touch one; ${waits('two')}`, { seconds: 60 })
    await expect.poll(() => there('one'), { timeout: 30_000 }).toBe(true)
    const second = run(`touch two; ${waits('three')}; ${plant('second')}; cat .envrc`, { seconds: 60 })
    expect(await first).toMatchObject({ kind: 'ok' })
    expect(there('two')).toBe(true)
    expect(there('.envrc')).toBe(false)
    writeFileSync(path.join(folder, 'three'), '')
    // It did get at the place, which was closed to it when it began.
    expect(await second).toMatchObject({ kind: 'ok', value: { stdout: 'second\n' } })
    expect(there('.envrc')).toBe(false)
    expect(personLooks(path.join(folder, 'new'))).toBe(false)
  })

  it('where the person changes what it may not change while it runs, they are told', async () => {
    repository()
    const ended = run('touch begun; until [ -e go ]; do sleep 0.1; done')
    await expect.poll(() => there('begun'), { timeout: 30_000 }).toBe(true)
    person(['config', 'alias.st', 'status'])
    writeFileSync(path.join(folder, 'go'), '')
    expect(await ended).toMatchObject({ kind: 'ok' })
    expect(JSON.stringify(house.entries.slice(-4))).toContain('somebody changed')
    expect(person(['config', 'alias.st'])).toBe('status\n')
  })

  it('when its broker is killed before it could look, the next one looks', async () => {
    repository()
    const ended = run('touch begun; until [ -e go ]; do sleep 0.1; done')
    await expect.poll(() => there('begun'), { timeout: 30_000 }).toBe(true)
    const [noted] = house.store.list('unlooked')
    writeFileSync(path.join(folder, 'go'), '')
    await ended
    expect(house.store.list('unlooked')).toEqual([])
    writeFileSync(path.join(folder, '.git/commondir'), '..\n')
    writeFileSync(path.join(folder, '.envrc'), '')
    writeFileSync(path.join(folder, '.bashrc'), 'left')
    const settle = async (more: object) => {
      house.store.put('unlooked', noted?.id as string, { ...(noted?.value as object), ...more })
      await lookAfterLastBroker({
        ...{ ownPaths: [], home: house.home, undo: house.undo, documents: house.store },
        ...{ decider: house.gate.decider, log: house.log, clock: Date.now },
      })
      expect(house.store.list('unlooked')).toEqual([])
    }
    // What came long after it had ended is somebody else's.
    await settle({ at: 1_000, until: 2_000 })
    expect(there('.bashrc') && there('.git/commondir')).toBe(true)
    await settle({})
    expect(there('.bashrc') || there('.git/commondir')).toBe(false)
    expect(person(['status', '--short'])).toContain('?? begun')
    expect(JSON.stringify(house.entries.at(-1))).toContain('.bashrc')
  })
})
