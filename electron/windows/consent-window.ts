/**
 * The window in which a person answers, and the only one whose yes counts. It has its own page, its own preload and its
 * own channel; it stands above everything, one question at a time. It is made when a run begins, so that it is there
 * when the run asks, and let go when nothing has run for a while. When its page is lost, the broker is told before
 * anything else: without a place to ask, every question is a no.
 */
import { BrowserWindow, screen, type WebContents } from 'electron'
import { PAGE_URLS } from '../resolve-page.ts'
import { CONSENT_WIDTH, consentBounds } from './consent-bounds.ts'
import { windowOptions } from './window-options.ts'

export interface ConsentWindow {
  /** Something may ask soon: makes it, hidden, so that the first question is shown fast. */
  prepare(): void
  /** Nothing is at work: lets it go after a while. */
  rest(): void
  show(): void
  hide(): void
  /** Height of its content, in CSS pixels; kept on the screen. */
  setHeight(height: number): void
  contents(): WebContents | null
  focused(): boolean
  /** False from the moment its page is lost until it is there again. */
  available(): boolean
  destroy(): void
}

const AGAIN_MS = 500
const REST_MS = 60_000
/** How long a question may take to be laid out before the window is shown all the same. */
const LAYOUT_MS = 250

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
  let available = true
  let height = 420
  let zoom = 1
  let over = false
  let againTimer: NodeJS.Timeout | undefined
  let restTimer: NodeJS.Timeout | undefined
  let showTimer: NodeJS.Timeout | undefined

  function setAvailable(value: boolean): void {
    if (available === value) return
    available = value
    parts.onAvailable(value)
  }
  /** When the question has been laid out, so that nothing jumps, or when that takes too long. */
  function bringUpSoon(): void {
    clearTimeout(showTimer)
    showTimer = setTimeout(() => wanted && loaded && window && bringUp(window), LAYOUT_MS)
  }
  function open(): void {
    if (over || window) return
    const options = windowOptions(parts)
    const made = new BrowserWindow({
      ...options,
      // Laid out while it is hidden, so that it is whole when it appears.
      webPreferences: { ...options.webPreferences, backgroundThrottling: false },
      title: 'Sallyport asks',
      width: CONSENT_WIDTH,
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
      loaded = true
      setAvailable(true)
      if (wanted) bringUpSoon()
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
    loaded = false
    setAvailable(false)
    parts.onLost(`The consent window was lost: ${why}.`)
    lost.destroy()
    clearTimeout(againTimer)
    againTimer = setTimeout(open, AGAIN_MS)
  }
  function bringUp(shown: BrowserWindow): void {
    if (shown.isVisible()) return
    place(shown)
    if (parts.mayTakeFocus()) shown.show()
    else shown.showInactive()
    shown.setAlwaysOnTop(true, 'screen-saver')
    shown.moveTop()
  }
  /** As its content wishes and the screen allows; where the pointer is when it appears. */
  function place(placed: BrowserWindow): void {
    const moving = placed.isVisible()
    const { workArea } = moving
      ? screen.getDisplayMatching(placed.getBounds())
      : screen.getDisplayNearestPoint(screen.getCursorScreenPoint())
    const [x = 0, y = 0] = placed.getPosition()
    const [width = CONSENT_WIDTH] = placed.getContentSize()
    const before = moving ? { x, y, width, height, zoom } : null
    zoom = placed.webContents.getZoomFactor()
    const to = consentBounds({ height, zoom }, workArea, before)
    placed.setContentSize(to.width, to.height)
    if (to.x !== before?.x || to.y !== before.y) placed.setPosition(to.x, to.y)
  }
  function letGo(): void {
    if (wanted || !window) return
    const idle = window
    window = null
    loaded = false
    idle.destroy()
  }
  return {
    prepare() {
      clearTimeout(restTimer)
      restTimer = undefined
      open()
    },
    rest() {
      restTimer ??= setTimeout(letGo, REST_MS)
    },
    available: () => available,
    contents: () => (window && !window.isDestroyed() ? window.webContents : null),
    focused: () => window?.isFocused() ?? false,
    show() {
      wanted = true
      open()
      if (loaded && !window?.isVisible()) bringUpSoon()
    },
    hide() {
      wanted = false
      clearTimeout(showTimer)
      window?.hide()
    },
    setHeight(wish) {
      height = wish
      if (!window) return
      if (window.isVisible()) place(window)
      else if (wanted) bringUp(window)
    },
    destroy() {
      over = true
      for (const timer of [againTimer, restTimer, showTimer]) clearTimeout(timer)
      window?.destroy()
      window = null
    },
  }
}
