import { useStore } from 'zustand'
import { useCopy, useFollow, useStores } from '../app/stores.ts'
import { CommandHint } from '../design/command-hint.tsx'
import { Segmented } from '../design/segmented.tsx'
import { DigestView } from './digest-view.tsx'
import { GrantList } from './grant-list.tsx'
import { PolicyView } from './policy-view.tsx'
import './permissions.css'

const VIEWS = ['grants', 'digest', 'policy'] as const
type View = (typeof VIEWS)[number]
const COMMANDS: Record<View, string> = {
  grants: 'sallyport grants list',
  digest: 'sallyport grants list',
  policy: 'sallyport policy simulate FILE',
}

/** What was allowed by answers (grants), the week's digest of it, and what files say (policy). */
export function PermissionsPage() {
  const { route, permissions } = useStores()
  useFollow(useStore(permissions, (state) => state.follow))
  const { rest, go } = useStore(route)
  const view = VIEWS.find((name) => name === rest[0]) ?? 'grants'
  const copy = useCopy()
  return (
    <div className="page">
      <div className="page-inner">
        <div className="page-bar">
          <Segmented
            label="Permissions"
            value={view}
            choices={[
              { value: 'grants', label: 'Your answers' },
              { value: 'digest', label: 'This week' },
              { value: 'policy', label: 'Policy' },
            ]}
            onChange={(next) => go('permissions', [next])}
          />
          <span className="grow" />
          <CommandHint command={COMMANDS[view]} onCopy={copy} />
        </div>
        {view === 'grants' && <GrantList />}
        {view === 'digest' && <DigestView />}
        {view === 'policy' && <PolicyView />}
      </div>
    </div>
  )
}
