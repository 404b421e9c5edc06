/** The application's menu: the system's own places and shortcuts, the pages by number, and Stop where it is looked for. */
import { Menu, type MenuItemConstructorOptions } from 'electron'

const PAGES: [label: string, route: string][] = [
  ['Home', '#/home'],
  ['Runs', '#/runs'],
  ['Agents', '#/agents'],
  ['Tools', '#/tools'],
  ['Permissions', '#/permissions'],
  ['Activity', '#/activity'],
  ['Secrets', '#/secrets'],
  ['Readiness', '#/readiness'],
  ['Settings', '#/settings'],
]

export function setMenu(parts: {
  platform: string
  devTools: boolean
  go: (route: string) => void
  stop: () => void
}): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(makeMenu(parts)))
}

export function makeMenu(parts: Parameters<typeof setMenu>[0]): MenuItemConstructorOptions[] {
  const mac = parts.platform === 'darwin'
  const settings: MenuItemConstructorOptions = {
    label: 'Settings…',
    accelerator: 'CommandOrControl+,',
    click: () => parts.go('#/settings'),
  }
  const stop: MenuItemConstructorOptions = {
    label: 'Stop Everything',
    accelerator: 'CommandOrControl+.',
    click: parts.stop,
  }
  const app: MenuItemConstructorOptions = {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      settings,
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  }
  const file: MenuItemConstructorOptions = {
    label: 'File',
    submenu: [
      { label: 'New Agent…', accelerator: 'CommandOrControl+N', click: () => parts.go('#/agents/new') },
      { type: 'separator' },
      stop,
      { type: 'separator' },
      ...(mac ? [] : [settings, { type: 'separator' } as const]),
      { role: 'close', label: 'Close Window' },
      ...(mac ? [] : [{ role: 'quit', label: 'Quit Sallyport' } as const]),
    ],
  }
  return [...(mac ? [app] : []), file, { role: 'editMenu' }, viewMenu(parts), { role: 'windowMenu' }]
}

function viewMenu(parts: Parameters<typeof setMenu>[0]): MenuItemConstructorOptions {
  return {
    label: 'View',
    submenu: [
      ...PAGES.map(([label, route], index) => ({
        label,
        accelerator: `CommandOrControl+${index + 1}`,
        click: () => parts.go(route),
      })),
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      ...(parts.devTools ? [{ role: 'reload' } as const, { role: 'toggleDevTools' } as const] : []),
    ],
  }
}
