/**
 * Which arguments hold a program of their own: the tests that `opaque-programs.ts` names, one for a kind of program.
 * Long options are known by their beginnings too, since most programs take any that only one of them has.
 */

/** True when these arguments can make the program run what stands in them. */
export type OpaqueTest = (args: readonly string[]) => boolean

export const always: OpaqueTest = () => true

/** Any of these options, alone, with `=value`, or (single letters) within a cluster before the first plain argument. */
export function options(letters: string, words: readonly string[] = []): OpaqueTest {
  return (args) => args.some((arg) => hasOption(arg, letters, words))
}

/** Files that are the input itself: what stands there came with the request. */
const INPUT = /^(-|\/dev\/(stdin|tty|fd\/\d+)|\/proc\/[^/]+(\/task\/[^/]+)?\/fd\/\d+)$/

/**
 * As `options`, but only up to the script: what follows is the script's own. No script at all, or the input as one: it
 * comes from stdin. What follows a long option may be its value, so the script may come later than it seems.
 */
export function interpreter(letters: string, words: readonly string[], takesValue = ''): OpaqueTest {
  return (args) => {
    let script = false
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as string
      if (INPUT.test(arg) || hasOption(arg, letters, words, isWhole)) return true
      if (arg === '--') return args[i + 1] === undefined || INPUT.test(args[i + 1] as string)
      if (arg.startsWith('-')) {
        if (arg.length === 2 && takesValue.includes(arg.slice(1))) i++
        continue
      }
      if (!/^--[^=]+$/.test(args[i - 1] ?? '')) return false
      script = true
    }
    return !script && !args.some((arg) => /^--?(version|help|v|h|V)$/.test(arg))
  }
}

function hasOption(arg: string, letters: string, words: readonly string[], is = isBegun): boolean {
  const name = arg.split('=', 1)[0] as string
  if (words.some((word) => is(name, word))) return true
  return (
    letters !== '' &&
    /^-[A-Za-z0-9]/.test(arg) &&
    [...arg.slice(1)].some((letter) => letters.includes(letter))
  )
}

/** `--filt` means `--filter` to most. */
const isBegun = (name: string, word: string) =>
  name === word || (name.length > 2 && word.startsWith('--') && word.startsWith(name))

/** Languages want the whole word; to some `_` is as good as `-`. */
const isWhole = (name: string, word: string) => name.replaceAll('_', '-') === word

export function subcommands(names: readonly string[], more: OpaqueTest = () => false): OpaqueTest {
  return (args) => more(args) || args.some((arg) => names.includes(arg))
}

const GIT_WORDS = options('', [
  '--config',
  '--config-env',
  '--exec-path',
  '--upload-pack',
  '--receive-pack',
  '--exec',
  '--extcmd',
  '--open-files-in-pager',
  '--sendmail-cmd',
  '--smtp-server',
  '--to-cmd',
  '--cc-cmd',
  '--header-cmd',
  '--access-hook',
  '--httpd',
])
/** Letters that name a program only to one of git's own commands, also within a cluster. */
const GIT_LETTERS: readonly (readonly [command: string, letters: RegExp])[] = [
  ['clone', /^-[A-Za-z]*[uc]/],
  ['rebase', /^-[A-Za-z]*x/],
  ['difftool', /^-[A-Za-z]*x/],
  ['grep', /^-[A-Za-z]*O/],
]
const GIT_PAIRS = [
  ['bisect', 'run'],
  ['submodule', 'foreach'],
  ['hook', 'run'],
] as const

/** `git -c alias.x=!sh`, `--exec-path`, and what runs a command given to it. */
export const git: OpaqueTest = (args) =>
  GIT_WORDS(args) ||
  args.some((arg) =>
    /^(-c|-x|-O|ext::|filter-branch$|remote-(ext|fd)$|instaweb$|web--browse$|shell$)/.test(arg),
  ) ||
  GIT_LETTERS.some(([command, letters]) => args.includes(command) && args.some((arg) => letters.test(arg))) ||
  GIT_PAIRS.some((pair) => pair.every((word) => args.includes(word))) ||
  (args.includes('config') && args.some((one) => one.includes('!')))

/** Code that is fetched, or stands in the address itself. */
export const remoteCode: OpaqueTest = (args) => args.some((arg) => /^(https?|data|npm|jsr|blob):/.test(arg))

export const find: OpaqueTest = (args) =>
  args.some((arg) => /^-(exec|execdir|ok|okdir|fprintf|fprint|fprint0|fls)$/.test(arg))

const TAR_WORDS = options('', [
  '--to-command',
  '--checkpoint-action',
  '--use-compress-program',
  '--info-script',
  '--new-volume-script',
  '--rsh-command',
  '--rmt-command',
])
export const tar: OpaqueTest = (args) =>
  TAR_WORDS(args) ||
  args.some((arg, index) => /^-[A-Za-z]*[IF]/.test(arg) || (index === 0 && /^[A-Za-z]*[IF]/.test(arg)))

/** GNU sed runs programs (`e`) and writes files (`w`), unless told not to. */
export const sed: OpaqueTest = (args) => !args.includes('--sandbox') && !args.includes('--posix-sandbox')

const MAKE_WORDS = options('', ['--eval'])
export const make: OpaqueTest = (args) =>
  MAKE_WORDS(args) ||
  args.some((arg) => /^-E|^[A-Za-z_][A-Za-z0-9_]*[:+?!]*=/.test(arg)) ||
  args.some((arg, index) => {
    const file = /^(?:-[A-Za-z]*f|--(?:f|m)[a-z]*=?)(.*)$/.exec(arg)?.[1]
    return file !== undefined && INPUT.test(file === '' ? (args[index + 1] ?? '-') : file)
  })

/** `-B` says where its parts are, and is written together with it; what stands in a file of arguments nobody sees. */
export const compiler: OpaqueTest = (args) =>
  args.some((arg) =>
    /^(-B|@|-specs\b|--specs\b|-wrapper$|-fplugin|-fpass-plugin|-load$|-Xclang$|-plugin)/.test(arg),
  )

const PACKAGE_WORDS = options('', ['--script-shell', '--node-options', '--shell'])
/** What they run themselves, and packages that are named here: those bring scripts of their own. */
export const packageRunner: OpaqueTest = (args) => {
  const added = args.findIndex((arg) =>
    /^(i|in|ins|inst|insta|instal|install|isntall|add|it|install-test|up|update|upgrade|link|ln|rebuild|rb)$/.test(
      arg,
    ),
  )
  return (
    PACKAGE_WORDS(args) ||
    args.some((arg) => /^(x|exec?|dlx|crea|creat|create|init|innit|explore)$/.test(arg)) ||
    (added !== -1 && args.slice(added + 1).some((arg) => !arg.startsWith('-')))
  )
}
