/** What every window of this app has in common: a sandboxed page without Node, with its own preload and nothing else. */
import { type BrowserWindowConstructorOptions, nativeTheme } from 'electron'

export function windowOptions(parts: {
  preload: string
  icon: string
  devTools: boolean
}): BrowserWindowConstructorOptions {
  return {
    icon: parts.icon,
    // The page's own background, so that nothing flashes before it paints.
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: parts.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: parts.devTools,
    },
  }
}

/** As in the pages' design tokens. */
const BACKGROUND = { light: '#f7f6f3', dark: '#1a1918' }
