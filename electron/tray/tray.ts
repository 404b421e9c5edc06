/**
 * The icon in the system's tray. It may be missing without a sign (no tray on this desktop), so nothing depends on it:
 * the window is always reachable by starting Sallyport again.
 */
import path from 'node:path'
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron'
import type { TrayAction, TrayItem, TrayModel } from './tray-model.ts'

export interface TrayIconView {
  draw(model: TrayModel): void
  /** Makes it anew: a tray that appears after the icon was made does not notice it. */
  remake(): void
  remove(): void
}

export function createTray(parts: { icons: string; onAction: (action: TrayAction) => void }): TrayIconView {
  let tray: Tray | null = null
  let model: TrayModel | null = null
  let drawn = ''
  let drawnItems = ''

  const image = (icon: TrayModel['icon']) => nativeImage.createFromPath(path.join(parts.icons, `${icon}.png`))
  function put(next: TrayModel): void {
    const made = !tray
    tray ??= makeTray(next)
    const before = model
    model = next
    const text = JSON.stringify(next)
    if (text === drawn && !made) return
    drawn = text
    if (before?.icon !== next.icon || made) tray.setImage(image(next.icon))
    tray.setToolTip(next.tooltip)
    // A menu that is open goes when another is set: only for items that changed.
    const items = JSON.stringify(next.items)
    if (items !== drawnItems || made) tray.setContextMenu(Menu.buildFromTemplate(next.items.map(toTemplate)))
    drawnItems = items
  }
  function makeTray(first: TrayModel): Tray {
    const fresh = new Tray(image(first.icon))
    fresh.on('click', () => parts.onAction({ do: model?.icon === 'asking' ? 'answer' : 'open' }))
    return fresh
  }
  function toTemplate(item: TrayItem): MenuItemConstructorOptions {
    switch (item.kind) {
      case 'line':
        return { type: 'separator' }
      case 'text':
        return { label: item.label, enabled: false }
      case 'action':
        return { label: item.label, click: () => parts.onAction(item.action) }
      case 'menu':
        return { label: item.label, submenu: item.items.map(toTemplate) }
    }
  }
  return {
    draw: put,
    remake() {
      tray?.destroy()
      tray = null
      if (model) put(model)
    },
    remove() {
      tray?.destroy()
      tray = null
    },
  }
}
