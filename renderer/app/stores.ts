/** All stores of the main window, one a feature, made once by a function; pages get them through context. */
import { createContext, use, useEffect } from 'react'
import { type StoreApi, useStore } from 'zustand'
import type { PageBridge } from '../../contract/shell-ipc.ts'
import { type ActivityState, createActivityStore } from '../activity/activity-store.ts'
import { type AgentsState, createAgentsStore } from '../agents/agents-store.ts'
import { createToastStore, type ToastState } from '../design/toast.tsx'
import { createHomeStore, type HomeState } from '../home/home-store.ts'
import { createPermissionsStore, type PermissionsState } from '../permissions/permissions-store.ts'
import { createPolicyStore, type PolicyState } from '../permissions/policy-store.ts'
import { createRunStore, type RunViewState } from '../runs/run-store.ts'
import { createRunsStore, type RunsState } from '../runs/runs-store.ts'
import { createSecretsStore, type SecretsState } from '../secrets/secrets-store.ts'
import { createSettingsStore, type SettingsState } from '../settings/settings-store.ts'
import { createToolsStore, type ToolsState } from '../tools/tools-store.ts'
import { readFault } from './fault.ts'
import { createLinkStore, type LinkState } from './link-store.ts'
import { createQuestionsStore, type QuestionsState } from './questions-store.ts'
import { createRouteStore, type RouteState, type RouteWindow } from './route.ts'

export interface Stores {
  bridge: PageBridge
  route: StoreApi<RouteState>
  link: StoreApi<LinkState>
  toasts: StoreApi<ToastState>
  questions: StoreApi<QuestionsState>
  settings: StoreApi<SettingsState>
  home: StoreApi<HomeState>
  agents: StoreApi<AgentsState>
  runs: StoreApi<RunsState>
  run: StoreApi<RunViewState>
  tools: StoreApi<ToolsState>
  permissions: StoreApi<PermissionsState>
  policy: StoreApi<PolicyState>
  activity: StoreApi<ActivityState>
  secrets: StoreApi<SecretsState>
}

export function createStores(bridge: PageBridge, window: RouteWindow): Stores {
  return {
    bridge,
    route: createRouteStore(window),
    link: createLinkStore(bridge),
    toasts: createToastStore(),
    questions: createQuestionsStore(bridge),
    settings: createSettingsStore(bridge),
    home: createHomeStore(bridge),
    agents: createAgentsStore(bridge),
    runs: createRunsStore(bridge),
    run: createRunStore(bridge),
    tools: createToolsStore(bridge),
    permissions: createPermissionsStore(bridge),
    policy: createPolicyStore(bridge),
    activity: createActivityStore({ bridge, now: () => Date.now(), nextFrame: onNextFrame }),
    secrets: createSecretsStore(bridge),
  }
}

export const StoresContext = createContext<Stores | null>(null)

export function useStores(): Stores {
  const stores = use(StoresContext)
  if (!stores) throw new Error('A page stands outside the stores.')
  return stores
}

/** Mirrors a feature while its page is open, and again after the broker came back. */
export function useFollow(follow: () => () => void): void {
  const { link } = useStores()
  const ready = useStore(link, ({ broker }) => broker.state === 'ready')
  useEffect(() => (ready ? follow() : undefined), [ready, follow])
}

/** Does something and says in a corner when it did not work. Answers null then. */
export function useAct(): <T>(what: string, work: () => Promise<T>) => Promise<T | null> {
  const { toasts } = useStores()
  return async (what, work) => {
    try {
      return await work()
    } catch (error) {
      toasts.getState().push({ tone: 'fault', title: what, text: readFault(error).text })
      return null
    }
  }
}

/** Copies through the shell: pages may not touch the clipboard themselves. */
export function useCopy(): (text: string) => void {
  const { bridge, toasts } = useStores()
  const act = useAct()
  return (text) =>
    void act('That could not be copied', () => bridge.desktop({ do: 'copy', text })).then(
      (done) => done !== null && toasts.getState().push({ tone: 'done', title: 'Copied', text: '' }),
    )
}

/** Ten times a second is more than anyone reads; drawing a busy record at every frame would only warm the computer. */
const RECORD_MS = 90

// A hidden window draws no frames; then a timer alone does it, so that nothing piles up.
function onNextFrame(work: () => void): void {
  setTimeout(
    () => (document.hidden ? work() : requestAnimationFrame(work)),
    document.hidden ? 1_000 : RECORD_MS,
  )
}
