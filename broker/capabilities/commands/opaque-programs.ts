/**
 * Programs whose arguments can hold a program of their own. Whoever may run one of these may run anything, so they can
 * be allowed once and never longer. One line a program: `always`, or a test on its arguments. Names are the last part
 * of the resolved file, lower case, without version and `.exe`.
 */

/** True when these arguments can make the program run what stands in them. */
export type OpaqueTest = (args: readonly string[]) => boolean

const always: OpaqueTest = () => true

/** Any of these options, alone, with `=value`, or (single letters) within a cluster before the first plain argument. */
function options(letters: string, words: readonly string[] = []): OpaqueTest {
  return (args) => args.some((arg) => hasOption(arg, letters, words))
}

/** As `options`, but only up to the script: what follows is the script's own. No script at all: it comes from stdin. */
function interpreter(letters: string, words: readonly string[], takesValue = ''): OpaqueTest {
  return (args) => {
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as string
      if (arg === '-' || hasOption(arg, letters, words)) return true
      if (arg === '--') return args[i + 1] === undefined || args[i + 1] === '-'
      if (!arg.startsWith('-')) return false
      if (arg.length === 2 && takesValue.includes(arg.slice(1))) i++
    }
    return !args.some((arg) => /^--?(version|help|v|h|V)$/.test(arg))
  }
}

function hasOption(arg: string, letters: string, words: readonly string[]): boolean {
  if (words.some((word) => arg === word || arg.startsWith(`${word}=`))) return true
  return (
    letters !== '' &&
    /^-[A-Za-z0-9]/.test(arg) &&
    [...arg.slice(1)].some((letter) => letters.includes(letter))
  )
}

function subcommands(names: readonly string[], more: OpaqueTest = () => false): OpaqueTest {
  return (args) => more(args) || args.some((arg) => names.includes(arg))
}

function each(names: string, test: OpaqueTest): Record<string, OpaqueTest> {
  return Object.fromEntries(names.split(' ').map((name) => [name, test]))
}

/** `git -c alias.x=!sh`, `--exec-path`, and what runs a command given to it. */
const git: OpaqueTest = (args) =>
  args.some((arg, index) => {
    if (
      /^(-c|--config-env|--exec-path=|--upload-pack|--receive-pack|--exec|-x|--extcmd|--open-files-in-pager|-O)/.test(
        arg,
      )
    )
      return true
    if (/^ext::/.test(arg)) return true
    const next = args[index + 1]
    return (
      (arg === 'bisect' && next === 'run') ||
      (arg === 'submodule' && next === 'foreach') ||
      arg === 'filter-branch' ||
      (arg === 'config' && args.some((one) => one.includes('!')))
    )
  })

/** Code that is fetched, or stands in the address itself. */
const remoteCode: OpaqueTest = (args) => args.some((arg) => /^(https?|data|npm|jsr|blob):/.test(arg))

const find: OpaqueTest = (args) =>
  args.some((arg) => /^-(exec|execdir|ok|okdir|fprintf|fprint|fprint0|fls)$/.test(arg))

const tar: OpaqueTest = (args) =>
  args.some(
    (arg, index) =>
      /^--(to-command|checkpoint-action|use-compress-program|info-script|new-volume-script|rsh-command|rmt-command)/.test(
        arg,
      ) ||
      /^-[A-Za-z]*[IF]/.test(arg) ||
      (index === 0 && /^[A-Za-z]*[IF]/.test(arg)),
  )

/** GNU sed runs programs (`e`) and writes files (`w`), unless told not to. */
const sed: OpaqueTest = (args) => !args.includes('--sandbox') && !args.includes('--posix-sandbox')

const make: OpaqueTest = (args) =>
  args.some((arg) => /^--eval|^-E|^[A-Za-z_][A-Za-z0-9_]*[:+?!]*=/.test(arg)) ||
  args.some(
    (arg, index) => /^(-f|--file|--makefile)/.test(arg) && (arg.endsWith('-') || args[index + 1] === '-'),
  )

const packageRunner: OpaqueTest = subcommands(['exec', 'x', 'dlx', 'create', 'init', 'explore'])

export const OPAQUE_PROGRAMS: Readonly<Record<string, OpaqueTest>> = {
  // Shells
  ...each(
    'sh bash rbash dash zsh fish ksh mksh pdksh csh tcsh ash yash nu elvish xonsh osh oil pwsh powershell cmd command busybox toybox wscript cscript mshta rundll32',
    always,
  ),
  // Programs that run another one, whose name they are given
  ...each(
    'env sudo doas su runuser pkexec xargs parallel nice ionice nohup timeout time stdbuf setsid chrt taskset numactl chroot unshare nsenter setpriv capsh prlimit choom systemd-run start-stop-daemon daemonize run-parts watch entr flock script scriptreplay expect unbuffer strace ltrace gdb lldb valgrind perf rr catchsegv ld.so ld-linux ld-linux-x86-64.so ld-linux-aarch64.so ld-musl-x86_64.so fakeroot proot faketime xvfb-run dbus-run-session dbus-launch at batch crontab screen tmux byobu dtach abduco open xdg-open gio exo-open gtk-launch osascript launchctl hyperfine pv-run caffeinate arch firejail bwrap flatpak-spawn distrobox toolbox nix-shell direnv',
    always,
  ),
  // Other machines and containers
  ...each(
    'ssh sshpass mosh autossh rsh rlogin telnet docker podman nerdctl kubectl oc lxc lxc-attach machinectl vagrant ansible salt pssh wsl',
    always,
  ),
  ...each('nc ncat netcat socat', always),
  // Languages: inline code, modules that run code, a program on stdin
  ...each('python python2 python3 pypy pypy3 ipython jython', interpreter('cm', [], 'WXQ')),
  ...each(
    'node nodejs',
    interpreter(
      'epr',
      [
        '--eval',
        '--print',
        '--require',
        '--import',
        '--loader',
        '--experimental-loader',
        '--input-type',
        '--interactive',
        '--inspect-brk',
      ],
      'C',
    ),
  ),
  ...each('deno', subcommands(['eval', 'repl', 'x', 'jupyter'], remoteCode)),
  ...each(
    'bun',
    subcommands(['x', 'exec', 'create', 'repl'], options('epr', ['--eval', '--print', '--preload'])),
  ),
  ...each('perl perl5', interpreter('eEMm', [], 'I')),
  ...each('ruby jruby irb', interpreter('er', ['--eval'], 'IC')),
  ...each(
    'php php-cgi',
    interpreter(
      'rBREad',
      ['--run', '--process-begin', '--process-code', '--process-end', '--define', '--interactive'],
      'c',
    ),
  ),
  ...each('lua luajit luac', interpreter('eil', [])),
  ...each('rscript r', interpreter('e', ['--eval', '--args'])),
  ...each('julia', interpreter('eEpL', ['--eval', '--print', '--load'])),
  ...each('elixir iex erl escript mix', interpreter('e', ['--eval', '-eval', '--rpc-eval', '-run', '-s'])),
  ...each(
    'tclsh wish guile racket scheme mit-scheme clisp sbcl ecl ghci runghc runhaskell ocaml scala groovy kotlin swift jshell clojure bb gawk mawk nawk awk original-awk bc dc m4 octave gnuplot maxima gp sage forth gforth sqlite sqlite3 psql mysql mariadb redis-cli mongosh ed ex vi vim view nvim nano emacs emacsclient pico micro kak hx less more most man info lynx w3m elinks',
    always,
  ),
  ...each(
    'java',
    options('', [
      '-javaagent',
      '-agentpath',
      '-agentlib',
      '--source',
      '-XX:OnError',
      '-XX:OnOutOfMemoryError',
    ]),
  ),
  ...each(
    'gcc g++ cc c++ clang clang++ cpp tcc',
    options('', ['-wrapper', '-fplugin', '-B', '-specs', '--specs']),
  ),
  ...each('go', subcommands(['run', 'generate', 'tool'], options('', ['-exec', '-toolexec', '-vettool']))),
  // Package runners fetch and run what they are told
  ...each('npx pnpx bunx uvx pipx corepack', always),
  ...each('npm pnpm yarn', packageRunner),
  ...each('uv', subcommands(['run', 'tool', 'x'])),
  ...each('cargo', subcommands(['run', 'install'], options('', ['--config']))),
  ...each('make gmake bmake', make),
  ...each('just task rake ninja', options('', ['--command', '--shell', '--shell-arg', '--eval', '-e', '-f'])),
  // Ordinary programs with a door in them
  find,
  ...each('fd fdfind', options('xX', ['--exec', '--exec-batch'])),
  ...each('rg', options('', ['--pre', '--hostname-bin'])),
  git,
  ...each('hg svn', options('', ['--config', '--config-option', '--diff-cmd', '--editor-cmd'])),
  ...each('tar gtar bsdtar', tar),
  ...each('cpio', options('', ['--rsh-command'])),
  ...each('zip', options('T', ['-TT', '--unzip-command'])),
  ...each('rsync', options('e', ['--rsh', '--rsync-path'])),
  ...each('scp sftp', options('SoFJ', [])),
  ...each('curl', options('K', ['--config', '--engine'])),
  ...each('wget', options('e', ['--execute', '--use-askpass'])),
  ...each('sed gsed', sed),
  ...each('sort', options('', ['--compress-program'])),
  ...each('split', options('', ['--filter'])),
  ...each('tcpdump', options('z', [])),
  ...each('nmap', options('', ['--script', '--script-args', '--interactive'])),
  ...each(
    'openssl',
    subcommands(
      ['engine', 's_server', 's_client'],
      options('', ['-engine', '-provider', '-provider-path', '-config']),
    ),
  ),
  ...each('ffmpeg', options('', ['-dump_attachment'])),
  ...each('jq yq', options('', ['--from-file'])),
  ...each('ip', subcommands(['netns', '-force', '-batch'])),
  ...each('systemctl', subcommands(['edit', 'link', 'start', 'set-environment'])),
  ...each('pip pip3 gem', subcommands(['install', 'download', 'wheel', 'update', 'exec'])),
  ...each('apt apt-get dpkg rpm dnf yum pacman zypper brew snap flatpak', always),
}
