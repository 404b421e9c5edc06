/** Protected on every system. */
import type { ProtectedPlace } from './protected-place.ts'

export const EVERYWHERE: readonly ProtectedPlace[] = [
  {
    id: 'shell-startup',
    what: 'shell start-up files',
    keeps: 'write',
    patterns: [
      ...['bashrc', 'bash_profile', 'bash_login', 'bash_logout', 'bash_aliases', 'profile', 'envrc'],
      ...[
        'zshrc',
        'zshenv',
        'zprofile',
        'zlogin',
        'zlogout',
        'cshrc',
        'tcshrc',
        'login',
        'kshrc',
        'mkshrc',
        'inputrc',
      ],
    ]
      .map((name) => `**/.${name}`)
      .concat([
        '~/.config/fish',
        '~/.config/nushell',
        '~/.config/powershell',
        '~/.oh-my-zsh',
        '~/.zsh',
        '~/.bashrc.d',
      ]),
  },
  {
    id: 'program-startup',
    what: 'what programs run when they start',
    keeps: 'write',
    patterns: [
      ...['~/.vimrc', '~/.vim', '~/.config/nvim', '~/.emacs', '~/.emacs.d', '~/.config/emacs'],
      ...['~/.tmux.conf', '~/.config/tmux', '~/.screenrc', '~/.gdbinit', '~/.lldbinit', '~/.config/direnv'],
      ...[
        '~/.cargo/config',
        '~/.cargo/config.toml',
        '~/.gradle/init.d',
        '~/.Rprofile',
        '~/.irbrc',
        '~/.psqlrc',
      ],
      ...['~/.ipython', '~/.config/starship.toml'],
    ],
  },
  {
    id: 'programs',
    what: 'programs on your PATH',
    keeps: 'write',
    patterns: [
      ...['~/go/bin', '~/.deno/bin', '~/.bun/bin', '~/.volta', '~/.nvm', '~/.pyenv', '~/.rbenv', '~/.asdf'],
      ...['~/.npm-global', '~/.local/share/pnpm', '~/.local/share/mise', '~/.dotnet/tools', '~/.nix-profile'],
    ],
  },
  {
    id: 'git-hooks',
    what: 'git hooks and git settings',
    keeps: 'write',
    patterns: [
      '**/.git/hooks',
      '**/.git/config',
      '**/.git/config.worktree',
      // Also those of linked working trees. Whoever writes `commondir` says where settings and hooks are looked for.
      '**/config.worktree',
      '**/commondir',
      '**/.git/info/attributes',
      '**/.git/modules',
      '~/.gitconfig',
      '~/.config/git',
    ],
  },
  {
    // Tasks that start when a folder is opened, interpreters to call, an agent's own leave to act: none is run by a
    // person who reads it first. A clone of half of all projects holds some: taken from there, they would be missing in
    // the next commit. In the folder in which a program runs the sandbox keeps most of them.
    id: 'workspace-settings',
    openToPrograms: true,
    what: 'project settings that make an editor or git run programs',
    keeps: 'write',
    patterns: ['.vscode', '.idea', '.zed', '.fleet', '.devcontainer', '.devcontainer.json', '.husky'].map(
      (name) => `**/${name}`,
    ),
  },
  {
    id: 'ssh',
    what: 'SSH keys and settings',
    keeps: 'read',
    patterns: ['~/.ssh'],
    holds: ['private-keys'],
    readable: [/^config$/i, /^config\.d$/i, /^known_hosts/i, /^authorized_keys$/i, /\.pub$/i],
  },
  {
    id: 'private-keys',
    what: 'private keys',
    keeps: 'read',
    patterns: ['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'id_ecdsa_sk', 'id_ed25519_sk'].map(
      (name) => `**/${name}`,
    ),
  },
  { id: 'gnupg', what: 'GnuPG keys', keeps: 'read', patterns: ['~/.gnupg'] },
  {
    id: 'credentials',
    what: 'stored credentials',
    keeps: 'read',
    patterns: [
      ...[
        '~/.netrc',
        '~/_netrc',
        '~/.git-credentials',
        '~/.npmrc',
        '~/.pypirc',
        '~/.pgpass',
        '~/.my.cnf',
        '~/.password-store',
        '~/.config/git/credentials',
        '~/.vault-token',
      ],
      ...[
        '~/.aws',
        '~/.azure',
        '~/.kube',
        '~/.docker/config.json',
        '~/.config/gcloud',
        '~/.config/gh',
        '~/.config/hub',
      ],
      ...[
        '~/.cargo/credentials',
        '~/.cargo/credentials.toml',
        '~/.gem/credentials',
        '~/.terraform.d/credentials.tfrc.json',
        '~/.terraformrc',
        '~/.pulumi/credentials.json',
      ],
      ...[
        '~/.config/rclone',
        '~/.config/sops',
        '~/.config/age',
        '~/.config/op',
        '~/.config/doctl',
        '~/.config/containers/auth.json',
        '~/.config/composer/auth.json',
        '~/.composer/auth.json',
      ],
      ...['~/.fly', '~/.oci', '~/.databrickscfg', '~/.s3cfg', '~/.boto', '~/.kaggle'],
      ...['~/.huggingface', '~/.cache/huggingface/token', '~/.cache/huggingface/stored_tokens'],
      // What other agents sign in with.
      ...[
        '~/.claude.json',
        '~/.claude/.credentials.json',
        '~/.codex/auth.json',
        '~/.gemini/oauth_creds.json',
        '~/.config/github-copilot',
        '~/.local/share/opencode/auth.json',
        '~/.config/goose/secrets.yaml',
      ],
    ],
  },
  {
    id: 'other-agents',
    what: 'the settings of other agents',
    keeps: 'write',
    patterns: [
      ...[
        '.claude',
        '.claude.json',
        '.cursor',
        '.codex',
        '.continue',
        '.gemini',
        '.windsurf',
        '.codeium',
        '.roo',
        '.kiro',
      ],
      ...[
        '.mcp.json',
        'mcp.json',
        'mcp_config.json',
        'claude_desktop_config.json',
        '.aider.conf.yml',
        '.cursorrules',
        '.windsurfrules',
        '.clinerules',
      ],
    ]
      .map((name) => `**/${name}`)
      .concat([
        '~/.config/claude',
        '~/.config/goose',
        '~/.config/github-copilot',
        '~/.config/opencode',
        '~/.config/zed',
        '~/.lmstudio',
      ]),
  },
]
