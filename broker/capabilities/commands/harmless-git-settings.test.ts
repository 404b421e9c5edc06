import { expect, test } from 'vitest'
import { isHarmlessGitConfig } from './harmless-git-settings.ts'

const CLONE = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	logallrefupdates = true
# a remark
[remote "origin"]
	url = git@example.org:team/it.git
	fetch = +refs/heads/*:refs/remotes/origin/*
[branch "main"]
	remote = origin
	merge = refs/heads/main
[submodule "lib"]
	url = https://example.org/lib
	active = true
[user]
	name = Ada "the first"
[filter "lfs"]
	clean = git-lfs clean -- %f
`

test('what git writes for a clone is harmless', () => {
  expect(isHarmlessGitConfig(CLONE, false)).toBe(true)
  expect(isHarmlessGitConfig(CLONE.replaceAll('\n', '\r\n'), false)).toBe(true)
  expect(isHarmlessGitConfig('[core]\n\tworktree = ../../../lib\n', true)).toBe(true)
})

test.each([
  '[core]\nfsmonitor = evil',
  '[core]\nhooksPath = ../x',
  '[CORE]\nSshCommand = evil',
  '[core] fsmonitor = evil',
  '[core]\npager = evil',
  '[core]\nworktree = /',
  '[core]\nfilemode = true \\\n[x]\nfsmonitor = evil',
  '[include]\npath = more',
  '[includeIf "gitdir:/"]\npath = more',
  '[core "x"]\nfsmonitor = evil',
  '[remote.origin]\nuploadpack = evil',
  '[remote "o"]\nurl = ext::sh -c evil',
  '[remote "o"]\npushurl = " ext::sh"',
  '[remote "o"]\nurl = ext:":"sh -c evil',
  '[remote "o"]\nvcs = evil',
  '[branch "m"]\nremote = ext::sh',
  '[filter "lfs"]\nclean = git-lfs clean -- %f; evil',
  '[filter "x"]\nclean = cat',
  '[diff "x"]\ntextconv = evil',
  '[alias]\nst = !evil',
  '[credential]\nhelper = !evil',
  '[submodule "x"]\nupdate = !evil',
  '[gpg]\nprogram = evil',
  'filemode = true',
  '\ufeff[core]\nfsmonitor = evil',
])('more is not: %j', (text) => {
  expect(isHarmlessGitConfig(text, false)).toBe(false)
})
