/**
 * The window with the pages. It is shown at once and painted when it can; a page that crashes or hangs is loaded again,
 * with a word; a page that keeps crashing is left to the person. It shows and relays, and can be closed at any time
 * without ending anything.
 */
import { BrowserWindow, dialog, type Rectangle, screen, type WebContents } from 'electron'
import { PAGE_URLS } from '../resolve-page.ts'
import { keepBounds, onScreen, readBounds } from './window-bounds.ts'
import { windowOptions } from './window-options.ts'

export interface MainWindow {
  /** Shows it in front, making it when it was closed; `route` (`#/activity`) leads to a page. */
  show(route?: string): void
  contents(): WebContents | null
  focused(): boolean
  /** The window itself, as the parent of a dialog. */
  window(): BrowserWindow | null
  /** Resolves when the page has painted for the first time, or at once when it starts hidden. */
  painted: Promise<void>
  skipFirstPaint(): void
}
export interface MainWindowEvents {
  /** `hide` keeps the page alive behind the tray; `close` lets it go. */
  onClose(): 'hide' | 'close' | 'stay'
  onTrouble(what: 'page-crash' | 'page-hang', text: string): void
  /** The page is there again after trouble. */
  onRecovered(text: string): void
}

const CRASHES_A_MINUTE = 3

export function createMainWindow(parts: {
  preload: string
  icon: string
  devTools: boolean
  boundsFile: string
  /** Null until the rest of the shell is there. */
  events: () => MainWindowEvents | null
}): MainWindow {
  let window: BrowserWindow | null = null
  let paint: () => void = () => {}
  const painted = new Promise<void>((resolve) => {
    paint = resolve
  })

  function open(): BrowserWindow {
    const bounds = onScreen(
      readBounds(parts.boundsFile),
      screen.getAllDisplays().map((display) => display.workArea),
    )
    const made = new BrowserWindow({
      ...windowOptions(parts),
      title: 'Sallyport',
      ...(bounds ?? { width: 1180, height: 780 }),
      minWidth: 640,
      minHeight: 420,
      autoHideMenuBar: true,
    })
    window = made
    made.once('ready-to-show', paint)
    made.on('close', (event) => {
      keepBounds(parts.boundsFile, made.getNormalBounds() as Rectangle)
      const next = parts.events()?.onClose() ?? 'close'
      if (next === 'close') return
      event.preventDefault()
      if (next === 'hide') made.hide()
    })
    made.once('closed', () => {
      if (window === made) window = null
    })
    healWindow(made, parts.events)
    void made.loadURL(PAGE_URLS.main).catch(() => {})
    return made
  }
  return {
    contents: () => (window && !window.isDestroyed() ? window.webContents : null),
    window: () => window,
    focused: () => window?.isFocused() ?? false,
    painted,
    skipFirstPaint: paint,
    show(route) {
      const shown = window ?? open()
      if (shown.isMinimized()) shown.restore()
      shown.show()
      shown.focus()
      // Only the part after # changes: the page stays.
      if (route) void shown.loadURL(`${PAGE_URLS.main}${route}`).catch(() => {})
    },
  }
}

/** Loads a page again that crashed or hangs, a few times a minute at most. */
function healWindow(window: BrowserWindow, events: () => MainWindowEvents | null): void {
  const { webContents } = window
  let crashes: number[] = []
  let hangTimer: NodeJS.Timeout | undefined

  async function crashed(reason: string): Promise<void> {
    clearTimeout(hangTimer)
    if (window.isDestroyed()) return
    events()?.onTrouble('page-crash', `The main window's page ended: ${reason}.`)
    crashes = [...crashes.filter((at) => performance.now() - at < 60_000), performance.now()]
    if (crashes.length > CRASHES_A_MINUTE && !(await askToReload(window))) return
    webContents.once('did-finish-load', () =>
      events()?.onRecovered(
        'The window’s page ended and was loaded again. Agents and the log went on meanwhile.',
      ),
    )
    webContents.reload()
  }
  webContents.on('render-process-gone', (_event, details) => {
    if (details.reason !== 'clean-exit') void crashed(details.reason)
  })
  window.on('unresponsive', () => {
    events()?.onTrouble('page-hang', "The main window's page does not answer.")
    hangTimer = setTimeout(() => webContents.forcefullyCrashRenderer(), 10_000)
  })
  window.on('responsive', () => clearTimeout(hangTimer))
}

async function askToReload(window: BrowserWindow): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message: 'Sallyport’s window keeps crashing',
    detail:
      'Agents, the log and Stop do not depend on it: the tray and the command `sallyport stop` work without it.',
    buttons: ['Load it again', 'Leave it'],
    defaultId: 0,
    cancelId: 1,
  })
  return response === 0
}
