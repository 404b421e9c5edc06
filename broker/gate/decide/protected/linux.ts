/** Protected on Linux, beside what is protected everywhere. */
import type { ProtectedPlace } from './protected-place.ts'

const CHROMIUMS = [
  'google-chrome',
  'google-chrome-beta',
  'chromium',
  'BraveSoftware',
  'microsoft-edge',
  'vivaldi',
  'opera',
]
const SANDBOXED = [
  'org.mozilla.firefox',
  'com.google.Chrome',
  'org.chromium.Chromium',
  'com.brave.Browser',
  'com.microsoft.Edge',
  'com.vivaldi.Vivaldi',
]

export const LINUX: readonly ProtectedPlace[] = [
  {
    id: 'autostart',
    what: 'what starts by itself at login',
    keeps: 'write',
    patterns: [
      ...[
        '~/.config/autostart',
        '~/.config/autostart-scripts',
        '~/.config/plasma-workspace',
        '~/.config/environment.d',
      ],
      ...['~/.config/systemd', '~/.local/share/systemd', '~/.local/share/dbus-1', '~/.config/user-dirs.dirs'],
      ...[
        '~/.xprofile',
        '~/.xinitrc',
        '~/.xsession',
        '~/.xsessionrc',
        '~/.pam_environment',
        '~/.config/upstart',
        '~/.config/labwc',
        '~/.config/sway',
        '~/.config/hypr',
        '~/.config/i3',
        '~/.local/share/gnome-shell',
        '~/.local/share/kwin',
        '~/.local/share/plasma',
        '~/.local/share/nautilus-python',
      ],
    ],
  },
  { id: 'cron', what: 'crontabs', keeps: 'write', patterns: ['/var/spool/cron', '/var/spool/at'] },
  {
    id: 'system',
    what: 'the system’s own files',
    keeps: 'write',
    patterns: [
      '/etc',
      '/boot',
      '/usr/bin',
      '/usr/sbin',
      '/usr/lib',
      '/usr/local/bin',
      '/usr/local/sbin',
      '/usr/local/lib',
      '/bin',
      '/sbin',
      '/lib',
      '/lib64',
    ],
  },
  {
    id: 'programs',
    what: 'programs on your PATH and in your menu',
    keeps: 'write',
    patterns: [
      ...['~/.local/bin', '~/bin', '~/.cargo/bin', '~/.local/share/applications'],
      // Python loads what lies there whenever it starts.
      ...['~/.local/lib', '~/.local/share/flatpak', '/snap', '/opt'],
    ],
  },
  {
    id: 'keychain',
    what: 'keyrings',
    keeps: 'read',
    patterns: [
      '~/.local/share/keyrings',
      '~/.local/share/kwalletd',
      '~/.kde/share/apps/kwallet',
      '~/.pki',
      '~/.config/1Password',
      '~/.config/Bitwarden',
      '~/.config/KeePassXC',
    ],
  },
  {
    id: 'other-agents',
    what: 'the settings of other agents',
    keeps: 'write',
    patterns: ['Claude', 'Cursor', 'Code/User', 'VSCodium/User', 'Windsurf'].map(
      (name) => `~/.config/${name}`,
    ),
  },
  {
    id: 'browser-profiles',
    what: 'browser profiles',
    keeps: 'read',
    patterns: [
      ...[
        '~/.mozilla',
        '~/.librewolf',
        '~/.waterfox',
        '~/.thunderbird',
        '~/.config/mozilla',
        '~/snap/firefox',
        '~/snap/chromium',
        '~/snap/brave',
      ],
      ...CHROMIUMS.map((name) => `~/.config/${name}`),
      ...SANDBOXED.map((name) => `~/.var/app/${name}`),
    ],
  },
]
