/**
 * Whether a repository's settings are such as git writes by itself for a new repository, a clone, a working tree or a
 * submodule. There is no end to the settings that have git run something (a file watcher, a pager, a filter, another
 * file of settings), so those that are known to be harmless are named instead.
 */

/** `section.key` in small letters, whatever the part between them is. */
const HARMLESS = new Set([
  ...'repositoryformatversion filemode bare logallrefupdates ignorecase precomposeunicode symlinks autocrlf eol safecrlf sparsecheckout sparsecheckoutcone quotepath longpaths untrackedcache preloadindex fscache commitgraph multipackindex bigfilethreshold compression sharedrepository protectntfs protecthfs abbrev checkstat trustctime'
    .split(' ')
    .map((key) => `core.${key}`),
  ...'objectformat compatobjectformat partialclone preciousobjects refstorage relativeworktrees worktreeconfig'
    .split(' ')
    .map((key) => `extensions.${key}`),
  ...'url pushurl fetch push tagopt prune prunetags mirror promisor partialclonefilter skipdefaultupdate skipfetchall gh-resolved'
    .split(' ')
    .map((key) => `remote.${key}`),
  ...'remote pushremote merge rebase description'.split(' ').map((key) => `branch.${key}`),
  ...'url active branch path ignore shallow recurse fetchrecursesubmodules'
    .split(' ')
    .map((key) => `submodule.${key}`),
  ...'user.name user.email init.defaultbranch pull.rebase pull.ff push.default push.autosetupremote fetch.prune fetch.prunetags merge.ff merge.conflictstyle rebase.autostash rebase.autosquash rerere.enabled gc.auto index.version index.sparse feature.manyfiles lfs.repositoryformatversion'.split(
    ' ',
  ),
])
/** What Git LFS sets up for its own files. */
const EXACTLY: Record<string, string> = {
  'filter.lfs.clean': 'git-lfs clean -- %f',
  'filter.lfs.smudge': 'git-lfs smudge -- %f',
  'filter.lfs.process': 'git-lfs filter-process',
  'filter.lfs.required': 'true',
}

/** @param isModule of a submodule, whose files lie elsewhere */
export function isHarmlessGitConfig(text: string, isModule: boolean): boolean {
  let section = ''
  let part = ''
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (line === '' || /^[#;]/.test(line)) continue
    const head = /^\[([A-Za-z0-9-]+)(?:[ \t]+"((?:[^"\\]|\\.)*)")?\]$/.exec(line)
    if (head) {
      section = (head[1] as string).toLowerCase()
      part = head[2] ?? ''
      continue
    }
    // What is written in any other way, over several lines say, need not be what it looks like.
    const pair = /^([A-Za-z][A-Za-z0-9-]*)(?:[ \t]*=[ \t]*(.*))?$/.exec(line)
    if (!pair || section === '' || /\\$/.test(line)) return false
    if (!isHarmless(section, part, (pair[1] as string).toLowerCase(), pair[2] ?? '', isModule)) return false
  }
  return true
}

function isHarmless(section: string, part: string, key: string, value: string, isModule: boolean): boolean {
  const exact = EXACTLY[`${section}.${part}.${key}`]
  if (exact !== undefined) return value === exact
  const name = `${section}.${key}`
  if (name === 'core.worktree') return isModule
  if (name === 'submodule.update') return /^(checkout|rebase|merge|none)$/.test(value)
  // `ext::` and its like are a program's name, also with quotes in it.
  if (/url$|^branch\.(push)?remote$/.test(name) && /::/.test(value.replace(/["\\]/g, ''))) return false
  return HARMLESS.has(name)
}
