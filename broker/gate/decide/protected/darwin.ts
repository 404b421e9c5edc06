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
      `${SUPPORT}/iTerm2/Scripts`,
      ...['Application Scripts', 'Input Methods', 'PreferencePanes', 'QuickLook', 'Screen Savers'].map(
        (name) => `~/Library/${name}`,
      ),
      ...['Scripts', 'Services', 'Spotlight', 'Workflows'].map((name) => `~/Library/${name}`),
      '~/Library/Preferences/com.apple.loginitems.plist',
      '~/Library/Preferences/com.apple.loginwindow.plist',
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
      '/usr/libexec',
      // What is in the folders of programs are links to these.
      ...['bin', 'sbin', 'lib', 'opt', 'Cellar', 'Caskroom'].flatMap((name) => [
        `/usr/local/${name}`,
        `/opt/homebrew/${name}`,
      ]),
      '/opt/local',
      ...['Managed Preferences', 'Preferences', 'PrivilegedHelperTools', 'Extensions', 'Security'].map(
        (name) => `/Library/${name}`,
      ),
      '/Library/Application Support/com.apple.TCC',
      `${SUPPORT}/com.apple.TCC`,
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
        'Google',
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
