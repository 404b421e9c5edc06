/**
 * The window in which a person answers, and the only one whose yes counts. It has its own page, its own preload and its
 * own channel; it stands above everything, one question at a time. When its page is lost, the broker is told before
 * anything else: without a place to ask, every question is a no.
 */
import { BrowserWindow, screen, type WebContents } from 'electron'
import { PAGE_URLS } from '../resolve-page.ts'
import { windowOptions } from './window-options.ts'

export interface ConsentWindow {
  /** Makes it, hidden, so that the first question is shown fast. */
  prepare(): void
  show(): void
  hide(): void
  /** Height of its content, in CSS pixels; kept on the screen. */
  setHeight(height: number): void
  contents(): WebContents | null
  focused(): boolean
  /** True while its page is loaded and can show a question. */
  available(): boolean
  destroy(): void
}

const WIDTH = 560
const AGAIN_MS = 500

export function createConsentWindow(parts: {
  preload: string
  icon: string
  devTools: boolean
  /** Take the focus only when another window of ours has it: typing elsewhere must not end up in an answer. */
  mayTakeFocus: () => boolean
  onClosed: () => void
  onAvailable: (available: boolean) => void
  onLost: (text: string) => void
}): ConsentWindow {
  let window: BrowserWindow | null = null
  let wanted = false
  let loaded = false
  let height = 420
  let over = false
  let againTimer: NodeJS.Timeout | undefined

  function setLoaded(value: boolean): void {
    if (loaded === value) return
    loaded = value
    parts.onAvailable(value)
  }
  function open(): void {
    if (over || window) return
    const made = new BrowserWindow({
      ...windowOptions(parts),
      title: 'Sallyport asks',
      width: WIDTH,
      height,
      useContentSize: true,
      show: false,
      resizable: true,
      minWidth: 420,
      minHeight: 280,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      alwaysOnTop: true,
      autoHideMenuBar: true,
    })
    window = made
    made.setAlwaysOnTop(true, 'screen-saver')
    made.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true })
    made.removeMenu()
    made.on('close', (event) => {
      if (over) return
      event.preventDefault()
      wanted = false
      parts.onClosed()
    })
    made.webContents.on('did-finish-load', () => {
      setLoaded(true)
      if (wanted) bringUp(made)
    })
    made.webContents.on('render-process-gone', (_event, details) =>
      lose(made, `its page ended: ${details.reason}`),
    )
    made.on('unresponsive', () => lose(made, 'its page does not answer'))
    void made.loadURL(PAGE_URLS.consent).catch(() => lose(made, 'its page can’t be loaded'))
  }
  function lose(lost: BrowserWindow, why: string): void {
    if (over || window !== lost) return
    window = null
    setLoaded(false)
    parts.onLost(`The consent window was lost: ${why}.`)
    lost.destroy()
    clearTimeout(againTimer)
    againTimer = setTimeout(open, AGAIN_MS)
  }
  function bringUp(shown: BrowserWindow): void {
    if (shown.isVisible()) return
    place(shown, height)
    if (parts.mayTakeFocus()) shown.show()
    else shown.showInactive()
    shown.setAlwaysOnTop(true, 'screen-saver')
    shown.moveTop()
  }
  return {
    prepare: open,
    available: () => loaded,
    contents: () => (window && !window.isDestroyed() ? window.webContents : null),
    focused: () => window?.isFocused() ?? false,
    show() {
      wanted = true
      if (!window) open()
      else if (loaded) bringUp(window)
    },
    hide() {
      wanted = false
      window?.hide()
    },
    setHeight(wish) {
      height = wish
      if (window?.isVisible()) place(window, wish)
    },
    destroy() {
      over = true
      clearTimeout(againTimer)
      window?.destroy()
      window = null
    },
  }
}

/** Its content's height, as far as the screen allows; centered where the pointer is when it appears. */
function place(window: BrowserWindow, height: number): void {
  const moving = window.isVisible()
  const display = moving
    ? screen.getDisplayMatching(window.getBounds())
    : screen.getDisplayNearestPoint(screen.getCursorScreenPoint())
  const { workArea } = display
  const [width = WIDTH] = window.getContentSize()
  const tall = Math.min(height, workArea.height - 80)
  window.setContentSize(width, tall)
  if (moving) return
  window.setPosition(
    Math.round(workArea.x + (workArea.width - width) / 2),
    Math.round(workArea.y + Math.max(20, (workArea.height - tall) / 3)),
  )
}
