import { useStore } from 'zustand'
import { Brand } from './brand.tsx'
import { PAGE_LIST } from './page-list.tsx'
import { PAGES, type PageName, writeRoute } from './route.ts'
import { useStores } from './stores.ts'

export function Navigation() {
  const { route, bridge } = useStores()
  const current = useStore(route, (state) => state.page)
  const key = bridge.platform === 'darwin' ? '⌘' : 'Ctrl+'
  return (
    <nav className="side" aria-label="Pages">
      <div className="brand">
        <Brand />
        <span className="nav-word">Sallyport</span>
      </div>
      {PAGES.map((name, at) => {
        const { label, icon: Icon } = PAGE_LIST[name]
        return (
          <a
            key={name}
            className={name === 'settings' ? 'nav-link last' : 'nav-link'}
            href={writeRoute({ page: name, rest: [], params: {} })}
            aria-current={current === name ? 'page' : undefined}
            title={`${label}   ${key}${at + 1}`}
          >
            <Icon aria-hidden="true" />
            <span className="nav-word">{label}</span>
            <Badge page={name} />
          </a>
        )
      })}
    </nav>
  )
}

function Badge({ page }: { page: PageName }) {
  const { link } = useStores()
  const status = useStore(link, (state) => state.status)
  if (!status) return null
  if (page === 'home' && status.questions > 0)
    return (
      <span className="badge ask" title="Questions that wait">
        {status.questions}
      </span>
    )
  if (page === 'runs' && status.runsActive > 0)
    return (
      <span className="badge" title="Runs under way">
        {status.runsActive}
      </span>
    )
  const ready = status.parts.filter(({ state }) => state === 'ok').length
  if (page === 'readiness' && ready < status.parts.length)
    return (
      <span className="badge plain" title="Parts that are ready">
        {ready} of {status.parts.length}
      </span>
    )
  return null
}
