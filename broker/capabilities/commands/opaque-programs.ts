/**
 * Programs whose arguments can hold a program of their own. Whoever may run one of these may run anything, so they can
 * be allowed once and never longer. One line a program: `always`, or a test on its arguments. Names are the last part
 * of the resolved file, lower case, without version and `.exe`.
 */
import {
  always,
  compiler,
  find,
  git,
  interpreter,
  make,
  type OpaqueTest,
  options,
  packageRunner,
  remoteCode,
  sed,
  subcommands,
  tar,
} from './opaque-arguments.ts'

function each(names: string, test: OpaqueTest): Record<string, OpaqueTest> {
  return Object.fromEntries(names.split(' ').map((name) => [name, test]))
}

export const OPAQUE_PROGRAMS: Readonly<Record<string, OpaqueTest>> = {
  // Shells
  ...each(
    'sh bash rbash dash zsh fish ksh mksh pdksh csh tcsh ash yash nu elvish xonsh osh oil pwsh powershell cmd command busybox toybox wscript cscript mshta rundll32',
    always,
  ),
  // Programs that run another one, whose name they are given
  ...each(
    'env sudo doas su runuser pkexec xargs parallel nice ionice nohup timeout time stdbuf setsid chrt taskset numactl chroot unshare nsenter setpriv capsh prlimit choom systemd-run start-stop-daemon daemonize run-parts watch entr flock script scriptreplay expect unbuffer strace ltrace gdb lldb gdb-multiarch valgrind perf rr catchsegv ld.so ld-linux ld-linux-x86-64.so ld-linux-aarch64.so ld-musl-x86_64.so fakeroot proot faketime xvfb-run dbus-run-session dbus-launch at batch crontab screen tmux byobu dtach abduco open xdg-open gio exo-open gtk-launch osascript launchctl hyperfine pv-run caffeinate arch setarch linux32 linux64 i386 x86_64 uname26 sg newgrp chronic ifne pee zrun rlwrap ccache distcc sccache torsocks torify proxychains proxychains4 tini dumb-init catatonit gosu su-exec chpst setuidgid envdir softlimit s6-setuidgid systemd-inhibit systemd-cat systemd-nspawn run0 logsave cgexec mpirun mpiexec wine nodemon watchexec concurrently ssh-agent coreutils firejail bwrap flatpak-spawn distrobox toolbox nix-shell direnv',
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
    'node nodejs tsx ts-node',
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
    'tclsh wish guile racket scheme mit-scheme clisp sbcl ecl ghci runghc runhaskell ocaml scala groovy kotlin swift jshell clojure bb gawk mawk nawk awk original-awk bc dc m4 octave gnuplot maxima gp sage forth gforth sqlite sqlite3 psql mysql mariadb redis-cli mongosh ed ex vi vim view nvim vimdiff rvim rview gvim gview evim nano emacs emacsclient pico micro kak hx less more most man info lynx w3m elinks exiftool fzf mc nnn ranger lf tig mail mailx s-nail mutt ftp gs ghostscript lualatex luatex uwsgi',
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
  ...each('gcc g++ cc c++ clang clang++ cpp tcc ld', compiler),
  ...each('go', subcommands(['run', 'generate', 'tool'], options('', ['-exec', '-toolexec', '-vettool']))),
  // Package runners fetch and run what they are told
  ...each('npx pnpx bunx uvx pipx corepack', always),
  ...each('npm pnpm yarn', packageRunner),
  ...each(
    'poetry pipenv pdm hatch rye conda mamba micromamba bundle composer rustup rbenv pyenv nodenv asdf mise volta',
    subcommands(['run', 'exec', 'x', 'shell']),
  ),
  ...each('dotnet', subcommands(['run', 'exec', 'script', 'fsi', 'tool'])),
  ...each('cmake', options('EP')),
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
  ...each('scp sftp', options('SoFJD')),
  ...each('ssh-keygen', options('D')),
  ...each('ssh-add', options('s')),
  ...each('pandoc', options('FL', ['--filter', '--lua-filter'])),
  ...each(
    'tex latex pdftex pdflatex xetex xelatex latexmk',
    options('', ['-shell-escape', '--shell-escape', '-enable-write18', '--enable-write18', '-e']),
  ),
  ...each('groff troff', options('U')),
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
