/** The settings that only a desktop can carry out: theme, and starting with the session. */
import os from 'node:os'
import path from 'node:path'
import { type App, nativeTheme } from 'electron'
import type { Settings } from '../contract/settings.ts'
import { setLaunchAtLogin } from './launch-at-login.ts'

export function applySettings(parts: {
  app: App
  platform: string
  env: NodeJS.ProcessEnv
  settings: Settings
}): void {
  nativeTheme.themeSource = parts.settings.theme
  setLaunchAtLogin({
    app: parts.app,
    platform: parts.platform,
    configHome: parts.env.XDG_CONFIG_HOME || path.join(os.homedir(), '.config'),
    wanted: parts.settings.launchAtLogin,
  })
}
