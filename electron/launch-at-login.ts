/**
 * Starting with the session, as the person chose it. macOS and Windows keep a list of their own; on Linux it is a file
 * in the autostart folder. Only the packaged app does this: a path inside a clone would not stay true.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { App } from 'electron'

export function setLaunchAtLogin(parts: {
  app: App
  platform: string
  configHome: string
  wanted: boolean
}): void {
  if (!parts.app.isPackaged) return
  if (parts.platform !== 'linux') {
    parts.app.setLoginItemSettings({ openAtLogin: parts.wanted })
    return
  }
  const file = path.join(parts.configHome, 'autostart', 'sallyport.desktop')
  if (!parts.wanted) {
    rmSync(file, { force: true })
    return
  }
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, autostartEntry(parts.app.getPath('exe')))
}

/** @param program absolute path; quoted as the desktop entry rules ask */
export function autostartEntry(program: string): string {
  const quoted = `"${program.replace(/[\\"`$]/g, '\\$&').replaceAll('%', '%%')}"`
  return `[Desktop Entry]\nType=Application\nName=Sallyport\nExec=${quoted} --hidden\nX-GNOME-Autostart-enabled=true\n`
}
