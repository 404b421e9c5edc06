/**
 * The same in parts: what git would take for a repository only together, left by several programs and tools one after
 * the other, or in a repository in which git is in the middle of something.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type GitHouse, openGitHouse } from '../fixtures/open-git-house.ts'

let git: GitHouse
beforeAll(async () => {
  git = await openGitHouse()
})
afterAll(() => git.close())
beforeEach(() => git.begin())

const HONEST = 'printf "[core]\\n\\trepositoryformatversion = 0\\n\\tbare = true\\n"'
const put = (name: string, text: string) => {
  mkdirSync(path.dirname(git.at(name)), { recursive: true })
  writeFileSync(git.at(name), text)
}
/** The person's git looks there, in several ways. */
function personLooks(name = '.') {
  for (const args of [['status'], ['log'], ['st']]) {
    try {
      git.person(args, git.at(name))
    } catch {
      // That nothing runs is what counts.
    }
  }
  return git.there('owned')
}
const alias = (config: string) =>
  `printf '[core]\\n\\trepositoryformatversion = 0\\n[alias]\\n\\tst = !touch ${git.at('owned')}\\n' > ${config}`

describe.skipIf(process.platform !== 'linux')('what is left for the person’s git in parts', () => {
  it('a repository without settings gets none from a later program or tool', async () => {
    await git.run(`mkdir -p x/objects x/refs; echo ref: refs/heads/main > x/HEAD`)
    expect(personLooks('x')).toBe(false)
    await git.run(alias('x/config'))
    expect([personLooks('x'), git.there('x/config')]).toEqual([false, false])
    expect(await git.write('x/config', git.evilText())).toBe('refused')
    // Nor by being moved there, or made anew around them.
    await git.run(`mv x y; mkdir x; ${alias('x/config')}; mv y/* x/`)
    expect([personLooks('x'), personLooks('y')]).toEqual([false, false])
  })

  it('a working tree’s settings are not taken from what is a repository to nobody else', async () => {
    await git.run(`mkdir -p a/objects a/refs a/worktrees/w p; ${git.evil('a/config')}
      echo ref: refs/heads/main > a/worktrees/w/HEAD; echo ../.. > a/worktrees/w/commondir; echo 'gitdir: ../a/worktrees/w' > p/.git`)
    expect(git.personLooks(git.at('p'))).toBe(false)
    // Without its own HEAD a repository still is one to its working trees.
    await git.run(`set -e; mkdir -p b/objects b/refs b/worktrees/w q; ${HONEST} > b/config; echo ref: refs/heads/main | tee b/HEAD > b/worktrees/w/HEAD
      echo ../.. > b/worktrees/w/commondir; echo 'gitdir: ../b/worktrees/w' > q/.git`)
    expect(git.there('b/worktrees/w/commondir')).toBe(true)
    await git.run('rm b/HEAD')
    await git.run(git.evil('b/config'))
    expect(git.personLooks(git.at('q'))).toBe(false)
    expect(await git.write('b/config', git.evilText())).toBe('refused')
    expect(git.personLooks(git.at('q'))).toBe(false)
  })

  it('a tool does not put the last piece to what a program began', async () => {
    await git.run(`mkdir -p a/objects a/refs w; ${git.evil('a/config')}; echo ../a > w/commondir`)
    expect([git.there('w/commondir'), await git.write('w/HEAD', 'ref: refs/heads/main\n')]).toEqual([
      true,
      'refused',
    ])
    expect(personLooks('w')).toBe(false)
  })

  it('no program is put on the list of a rebase that the person goes on with', async () => {
    const begin = () => {
      git.repository()
      const commit = (text: string) => {
        writeFileSync(git.at('a.txt'), text)
        git.person(['commit', '-qam', text])
      }
      git.person(['checkout', '-qb', 'side'])
      commit('side')
      git.person(['checkout', '-q', 'main'])
      commit('main')
      expect(() => git.person(['rebase', 'side'])).toThrow()
      expect(git.there('.git/rebase-merge/git-rebase-todo')).toBe(true)
    }
    const goOn = () => {
      for (const step of ['--continue', '--abort']) {
        try {
          git.person(['-c', 'core.editor=true', 'rebase', step])
        } catch {
          // As above.
        }
      }
      expect(git.there('owned')).toBe(false)
      expect(git.person(['status'])).toContain('On branch main')
    }
    begin()
    const solve = 'echo solved > a.txt; git add a.txt'
    await git.run(`${solve}; echo "exec touch ${git.at('owned')}" >> .git/rebase-merge/git-rebase-todo`)
    goOn()
    git.begin()
    begin()
    await git.run(`${solve}; mkdir git-merge-x; printf '#!/bin/sh\\ntouch ${git.at('owned')}' > git-merge-x/y; chmod +x git-merge-x/y
      echo x/y > .git/rebase-merge/strategy; echo pick side >> .git/rebase-merge/git-rebase-todo`)
    expect(git.there('.git/rebase-merge/strategy')).toBe(false)
    goOn()
    git.begin()
    begin()
    for (const file of ['rebase-merge/git-rebase-todo', 'rebase-merge/strategy', 'sequencer/opts'])
      expect([file, await git.write(`.git/${file}`, `exec touch ${git.at('owned')}\n`)]).toEqual([
        file,
        'refused',
      ])
    // One that the program makes up.
    await git.run(`git rebase --abort; mkdir .git/rebase-merge; cd .git/rebase-merge; git rev-parse HEAD | tee onto > orig-head
      echo refs/heads/main > head-name; touch interactive; echo "x touch ${git.at('owned')}" > git-rebase-todo`)
    expect(git.there('.git/rebase-merge/git-rebase-todo')).toBe(false)
    goOn()
  })

  it('an honest rebase goes on in several programs, and one with programs on its list that the person began', async () => {
    git.repository()
    const before = git.house.undo.changes().length
    await git.run(`git checkout -qb side; echo s > a.txt; git commit -qam s; git checkout -q main; echo m > a.txt; git commit -qam m; echo n > n; git add n; git commit -qm n
      git rebase side || true`)
    expect(git.there('.git/rebase-merge')).toBe(true)
    await git.run('echo both > a.txt; git add a.txt; GIT_EDITOR=true git rebase --continue')
    expect([git.there('.git/rebase-merge'), git.person(['log', '--format=%s'])]).toEqual([
      false,
      'n\nm\ns\nFirst\n',
    ])
    put('check.sh', 'exit 1\n')
    expect(() => git.person(['rebase', '-x', 'sh check.sh', 'HEAD~2'])).toThrow()
    const list = readFileSync(git.at('.git/rebase-merge/git-rebase-todo'), 'utf8')
    expect(list).toContain('exec sh check.sh')
    await git.run('echo exit 0 > check.sh; git status; touch .git/rebase-merge/x')
    expect(readFileSync(git.at('.git/rebase-merge/git-rebase-todo'), 'utf8')).toBe(list)
    expect(git.house.undo.changes().length).toBe(before)
  })
})
