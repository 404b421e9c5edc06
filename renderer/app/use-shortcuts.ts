import { useEffect } from 'react'
import { PAGES } from './route.ts'
import { useStores } from './stores.ts'

/** Ctrl or Cmd with 1 to 9 opens a page, with K searches the activity, with N makes an agent. */
export function useShortcuts(): void {
  const { route, bridge } = useStores()
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const main =
        bridge.platform === 'darwin' ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey
      if (!main || event.altKey || event.shiftKey) return
      const { go } = route.getState()
      const page = PAGES[Number(event.key) - 1]
      if (page) go(page)
      else if (event.key === 'k') go('activity', [], { search: String(event.timeStamp) })
      else if (event.key === 'n') go('agents', ['new'])
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [route, bridge])
}
