import { ChevronLeft, Pause, Pencil, Play, Snowflake } from 'lucide-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Agent } from '../../contract/agent.ts'
import { useCopy, useFollow, useStores } from '../app/stores.ts'
import { Button } from '../design/button.tsx'
import { CommandHint } from '../design/command-hint.tsx'
import { Skeleton } from '../design/empty-state.tsx'
import { ShownText } from '../design/shown-text.tsx'
import { Who } from '../design/who.tsx'
import { AgentMenu } from './agent-menu.tsx'
import { AgentState } from './agent-state.tsx'
import { ExposureMap } from './exposure-map.tsx'
import { describeModel } from './model-words.ts'
import { describeReview } from './review-words.ts'

/** One agent: what it is, and all it can reach at most, as a picture and in words. */
export function AgentPage({ agent }: { agent: Agent }) {
  const { route, agents, link, settings } = useStores()
  const { go } = useStore(route)
  const { pause } = useStore(link)
  const { exposure, loadExposure } = useStore(agents)
  const copy = useCopy()
  useFollow(useStore(settings, (state) => state.follow))
  const kept = useStore(settings, (state) => state.settings)
  const isLocked = useStore(settings, (state) => Object.hasOwn(state.locked, 'reviewOutside'))
  const review = describeReview(agent.reviewOutside, kept?.reviewOutside ?? null, isLocked)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed agent reaches something else
  useEffect(() => void loadExposure(agent.id), [loadExposure, agent.id, agent.changedAt])
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <a className="back" href="#/agents">
            <ChevronLeft aria-hidden="true" /> All agents
          </a>
          <div className="page-title">
            <h2>
              <Who id={agent.id} name={agent.name} />
            </h2>
            <AgentState agent={agent} />
            <span className="grow" />
            <Button
              tone="primary"
              icon={<Play />}
              disabled={agent.frozen !== ''}
              onClick={() => go('runs', [], { agent: agent.id })}
            >
              New run
            </Button>
            <Button icon={<Pencil />} onClick={() => go('agents', [agent.id, 'edit'])}>
              Edit
            </Button>
            <Button
              icon={agent.paused ? <Play /> : <Pause />}
              onClick={() => void pause(!agent.paused, agent.id)}
            >
              {agent.paused ? 'Resume' : 'Pause'}
            </Button>
            <AgentMenu agent={agent} />
          </div>
          <span className="dim">
            {describeModel(agent.model)} · {review}
          </span>
        </header>
        {agent.frozen && (
          <p className="notice deny">
            <Snowflake aria-hidden="true" />
            <span>
              <b className="strong">Frozen.</b> <ShownText text={agent.frozen} field="reason" /> Nothing it
              asks for is done until you thaw it, from the menu above.
            </span>
          </p>
        )}
        <section className="section" aria-label="What it can reach">
          <header>
            <h2>What it can reach, at most</h2>
            {exposure?.agentId === agent.id && exposure.lastChange && (
              <span className="faint">{exposure.lastChange}</span>
            )}
            <span className="grow" />
            <CommandHint command={`sallyport check fs.read PATH --agent ${agent.id}`} onCopy={copy} />
          </header>
          {exposure?.agentId === agent.id ? (
            <ExposureMap agent={agent} lines={exposure.lines} />
          ) : (
            <Skeleton lines={8} />
          )}
        </section>
        {agent.instructions && (
          <section className="section" aria-label="Instructions">
            <header>
              <h2>Instructions</h2>
            </header>
            <p className="instructions select dim">
              <ShownText text={agent.instructions} field="argument" quietLines />
            </p>
          </section>
        )}
      </div>
    </div>
  )
}
