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
    id: 'git-hooks',
    what: 'git hooks and git settings',
    keeps: 'write',
    patterns: [
      '**/.git/hooks',
      '**/.git/config',
      '**/.git/config.worktree',
      '**/.git/info/attributes',
      '**/.git/modules',
      '~/.gitconfig',
      '~/.config/git',
    ],
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
