import { Suspense, useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { Skeleton } from '../design/empty-state.tsx'
import { Toasts } from '../design/toast.tsx'
import { HueContext, orderHues } from '../design/who.tsx'
import { BrokerAway } from './broker-down.tsx'
import { Navigation } from './navigation.tsx'
import { PageBoundary } from './page-boundary.tsx'
import { PAGE_LIST } from './page-list.tsx'
import { StoppedBanner } from './stopped-banner.tsx'
import { useFollow, useStores } from './stores.ts'
import { TopBar } from './top-bar.tsx'
import { useAlerts } from './use-alerts.ts'
import { NowContext, useClock } from './use-now.ts'
import { useShortcuts } from './use-shortcuts.ts'

/** The frame: pages at the left, title and Stop at the top, the page below. */
export function App() {
  const { route, link, toasts, questions, settings, agents } = useStores()
  const page = useStore(route, (state) => state.page)
  const broker = useStore(link, (state) => state.broker)
  const followRoute = useStore(route, (state) => state.follow)
  const followLink = useStore(link, (state) => state.follow)
  useEffect(() => followRoute(), [followRoute])
  useEffect(() => followLink(), [followLink])
  useFollow(useStore(questions, (state) => state.follow))
  useFollow(useStore(settings, (state) => state.follow))
  useFollow(useStore(agents, (state) => state.follow))
  useTheme()
  useShortcuts()
  useLinkFaults()
  useAlerts()
  const hues = useHueOrder()
  const now = useClock()
  const Page = PAGE_LIST[page].page
  return (
    <HueContext value={hues}>
      <NowContext value={now}>
        <div className="frame">
          <Navigation />
          <main className="main">
            <TopBar />
            <StoppedBanner />
            {broker.state === 'ready' ? (
              <PageBoundary key={page}>
                <Suspense
                  fallback={
                    <div className="page">
                      <div className="page-inner">
                        <Skeleton />
                      </div>
                    </div>
                  }
                >
                  <Page />
                </Suspense>
              </PageBoundary>
            ) : (
              <BrokerAway />
            )}
          </main>
          <NewQuestion />
          <Toasts store={toasts} />
        </div>
      </NowContext>
    </HueContext>
  )
}

/** Says a new question aloud to screen readers; the question itself stands in its own window. */
function NewQuestion() {
  const { questions } = useStores()
  const first = useStore(questions, (state) => state.questions[0])
  return (
    <div className="visually-hidden" role="alert">
      {first &&
        `${first.principal.name} asks: ${first.title.verb} ${first.title.object} ${first.title.tail} The question stands in its own window.`}
    </div>
  )
}

function useHueOrder(): ReadonlyMap<string, number> {
  const { agents } = useStores()
  const list = useStore(agents, (state) => state.agents)
  return useMemo(
    () => orderHues((list ?? []).toSorted((a, b) => a.createdAt - b.createdAt).map(({ id }) => id)),
    [list],
  )
}

function useTheme(): void {
  const { settings } = useStores()
  const theme = useStore(settings, (state) => state.settings?.theme ?? 'system')
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }, [theme])
}

function useLinkFaults(): void {
  const { link, toasts } = useStores()
  const fault = useStore(link, (state) => state.fault)
  useEffect(() => {
    if (fault) toasts.getState().push({ tone: 'fault', title: 'That did not work', text: fault })
  }, [fault, toasts])
}
