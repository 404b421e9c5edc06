/** Protected on macOS, beside what is protected everywhere. */
import type { ProtectedPlace } from './protected-place.ts'

const SUPPORT = '~/Library/Application Support'

export const DARWIN: readonly ProtectedPlace[] = [
  {
    id: 'autostart',
    what: 'what starts by itself at login',
    keeps: 'write',
    patterns: [
      '~/Library/LaunchAgents',
      '/Library/LaunchAgents',
      '/Library/LaunchDaemons',
      '/Library/StartupItems',
      `${SUPPORT}/com.apple.backgroundtaskmanagementagent`,
    ],
  },
  { id: 'cron', what: 'crontabs', keeps: 'write', patterns: ['/usr/lib/cron', '/var/at', '/private/var/at'] },
  {
    id: 'system',
    what: 'the system’s own files',
    keeps: 'write',
    patterns: [
      '/etc',
      '/private/etc',
      '/System',
      '/bin',
      '/sbin',
      '/usr/bin',
      '/usr/sbin',
      '/usr/lib',
      '/usr/local/bin',
      '/opt/homebrew/bin',
      '/Library/Managed Preferences',
    ],
  },
  {
    id: 'programs',
    what: 'programs on your PATH',
    keeps: 'write',
    patterns: ['~/.local/bin', '~/bin', '~/.cargo/bin', '/Applications', '~/Applications'],
  },
  {
    id: 'keychain',
    what: 'keychains',
    keeps: 'read',
    patterns: [
      '~/Library/Keychains',
      '/Library/Keychains',
      `${SUPPORT}/1Password`,
      `${SUPPORT}/Bitwarden`,
      '~/Library/Group Containers/2BUA8C4S2C.com.1password',
    ],
  },
  {
    id: 'browser-profiles',
    what: 'browser profiles',
    keeps: 'read',
    patterns: [
      ...[
        'Firefox',
        'Google/Chrome',
        'Chromium',
        'BraveSoftware',
        'Microsoft Edge',
        'Vivaldi',
        'com.operasoftware.Opera',
        'Arc',
        'LibreWolf',
      ].map((name) => `${SUPPORT}/${name}`),
      ...[
        '~/Library/Safari',
        '~/Library/Cookies',
        '~/Library/Containers/com.apple.Safari',
        '~/Library/HTTPStorages',
        '~/Library/Thunderbird',
      ],
    ],
  },
  {
    id: 'other-agents',
    what: 'the settings of other agents',
    keeps: 'write',
    patterns: ['Claude', 'Cursor', 'Code/User', 'Windsurf', 'Zed'].map((name) => `${SUPPORT}/${name}`),
  },
]
