import {
  Activity,
  Bot,
  House,
  KeyRound,
  ListChecks,
  type LucideIcon,
  Play,
  Settings,
  ShieldCheck,
  Wrench,
} from 'lucide-react'
import { type ComponentType, lazy } from 'react'
import { HomePage } from '../home/home-page.tsx'
import type { PageName } from './route.ts'

export interface PageEntry {
  label: string
  icon: LucideIcon
  page: ComponentType
}

/**
 * The pages in the order of the navigation; the first nine keys open them. Home comes with the first paint, the others
 * are loaded when they are opened.
 */
export const PAGE_LIST: Record<PageName, PageEntry> = {
  home: { label: 'Home', icon: House, page: HomePage },
  runs: {
    label: 'Runs',
    icon: Play,
    page: lazy(async () => ({ default: (await import('../runs/runs-page.tsx')).RunsPage })),
  },
  agents: {
    label: 'Agents',
    icon: Bot,
    page: lazy(async () => ({ default: (await import('../agents/agents-page.tsx')).AgentsPage })),
  },
  tools: {
    label: 'Tools',
    icon: Wrench,
    page: lazy(async () => ({ default: (await import('../tools/tools-page.tsx')).ToolsPage })),
  },
  permissions: {
    label: 'Permissions',
    icon: ShieldCheck,
    page: lazy(async () => ({
      default: (await import('../permissions/permissions-page.tsx')).PermissionsPage,
    })),
  },
  activity: {
    label: 'Activity',
    icon: Activity,
    page: lazy(async () => ({ default: (await import('../activity/activity-page.tsx')).ActivityPage })),
  },
  secrets: {
    label: 'Secrets',
    icon: KeyRound,
    page: lazy(async () => ({ default: (await import('../secrets/secrets-page.tsx')).SecretsPage })),
  },
  readiness: {
    label: 'Readiness',
    icon: ListChecks,
    page: lazy(async () => ({ default: (await import('../readiness/readiness-page.tsx')).ReadinessPage })),
  },
  settings: {
    label: 'Settings',
    icon: Settings,
    page: lazy(async () => ({ default: (await import('../settings/settings-page.tsx')).SettingsPage })),
  },
}
