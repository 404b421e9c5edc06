/** Protected on Windows, beside what is protected everywhere. */
import type { ProtectedPlace } from './protected-place.ts'

const LOCAL = '~/AppData/Local'
const ROAMING = '~/AppData/Roaming'

export const WIN32: readonly ProtectedPlace[] = [
  {
    id: 'autostart',
    what: 'what starts by itself at login',
    keeps: 'write',
    patterns: [
      `${ROAMING}/Microsoft/Windows/Start Menu`,
      'C:\\ProgramData\\Microsoft\\Windows\\Start Menu',
      'C:\\Windows\\Tasks',
      'C:\\Windows\\System32\\Tasks',
    ],
  },
  {
    id: 'shell-startup',
    what: 'shell start-up files',
    keeps: 'write',
    patterns: [
      '~/Documents/PowerShell',
      '~/Documents/WindowsPowerShell',
      '~/OneDrive/Documents/PowerShell',
      '~/OneDrive/Documents/WindowsPowerShell',
      `${LOCAL}/Packages/Microsoft.WindowsTerminal_8wekyb3d8bbwe/LocalState`,
      `${LOCAL}/Microsoft/Windows Terminal`,
    ],
  },
  {
    id: 'system',
    what: 'the system’s own files',
    keeps: 'write',
    patterns: [
      'C:\\Windows',
      'C:\\Program Files',
      'C:\\Program Files (x86)',
      'C:\\ProgramData\\Sallyport',
      'C:\\ProgramData\\ssh',
    ],
  },
  {
    id: 'programs',
    what: 'programs on your PATH',
    keeps: 'write',
    patterns: [
      ...[
        `${LOCAL}/Microsoft/WindowsApps`,
        `${LOCAL}/Microsoft/WinGet`,
        `${LOCAL}/Programs`,
        `${ROAMING}/npm`,
      ],
      ...['~/.cargo/bin', '~/scoop', 'C:\\ProgramData\\chocolatey'],
    ],
  },
  {
    id: 'keychain',
    what: 'stored credentials',
    keeps: 'read',
    patterns: [
      `${ROAMING}/Microsoft/Credentials`,
      `${LOCAL}/Microsoft/Credentials`,
      `${ROAMING}/Microsoft/Protect`,
      `${ROAMING}/Microsoft/Vault`,
      `${LOCAL}/Microsoft/Vault`,
      `${ROAMING}/Microsoft/Crypto`,
      `${LOCAL}/1Password`,
      `${ROAMING}/Bitwarden`,
      ...['gcloud', 'GitHub CLI', 'gnupg', 'postgresql', 'rclone'].map((name) => `${ROAMING}/${name}`),
      `${LOCAL}/github-copilot`,
    ],
  },
  {
    id: 'browser-profiles',
    what: 'browser profiles',
    keeps: 'read',
    patterns: [
      ...[
        'Google/Chrome',
        'Google/Chrome Beta',
        'Google/Chrome SxS',
        'Chromium',
        'BraveSoftware',
        'Microsoft/Edge',
        'Vivaldi',
      ].map((name) => `${LOCAL}/${name}`),
      ...['Mozilla', 'Opera Software', 'Thunderbird', 'librewolf'].map((name) => `${ROAMING}/${name}`),
    ],
  },
  {
    id: 'other-agents',
    what: 'the settings of other agents',
    keeps: 'write',
    patterns: ['Claude', 'Cursor', 'Code/User', 'Windsurf'].map((name) => `${ROAMING}/${name}`),
  },
]
