import { Wrench } from 'lucide-react'
import { useStore } from 'zustand'
import type { FrozenTool, ToolInfo } from '../../contract/broker-api.ts'
import { lowerLimits, type ToolLimits } from '../../contract/manifest.ts'
import type { Capability } from '../../contract/words.ts'
import { useAct, useCopy, useFollow, useStores } from '../app/stores.ts'
import { CAPABILITY_WORDS, CapabilityIcon } from '../design/capability.tsx'
import { CommandHint } from '../design/command-hint.tsx'
import { EmptyState, Skeleton } from '../design/empty-state.tsx'
import { formatBytes, formatDuration } from '../design/format.ts'
import { Segmented } from '../design/segmented.tsx'
import { ShownText } from '../design/shown-text.tsx'
import './tools.css'
import { CodeWords } from './code-words.tsx'
import { FrozenNotice, PauseButton, PausedNotice } from './tool-holds.tsx'

const FROM_WORDS: Record<ToolInfo['from'], string> = {
  'built-in': 'comes with Sallyport',
  installed: 'installed',
  folder: 'from a folder',
}

/** The installed tools, and what each may ever ask for. */
export function ToolsPage() {
  const { tools, route } = useStores()
  useFollow(useStore(tools, (state) => state.follow))
  const { tools: list, frozen, paused, fault } = useStore(tools)
  const rest = useStore(route, (state) => state.rest)
  const copy = useCopy()
  const holds = ({ name }: ToolInfo, held: readonly { tool: string }[]) =>
    held.some(({ tool }) => tool === name)
  const chosen = list?.find(({ name }) => name === rest[0]) ?? list?.[0]
  return (
    <div className="page">
      <div className="page-inner">
        <div className="page-bar">
          <span className="about">
            A tool is code in a box. It can only ask; the agent’s perimeter, policy and your answers decide
            each time.
          </span>
          <span className="grow" />
          <CommandHint command="sallyport tool run TOOL --input JSON" onCopy={copy} />
        </div>
        {fault && <p className="dim">{fault}</p>}
        {!list && !fault && <Skeleton />}
        {list?.length === 0 && (
          <EmptyState icon={<Wrench aria-hidden="true" />} title="No tool is installed">
            The tools that come with Sallyport are missing. Install it again, or put a tool’s folder in place.
          </EmptyState>
        )}
        {list && chosen && (
          <div className="tools">
            <nav aria-label="Tools">
              {list.map((tool) => (
                <a key={tool.hash} href={`#/tools/${tool.name}`} aria-current={tool === chosen}>
                  <span className="strong">{tool.title}</span>
                  {holds(tool, frozen) ? (
                    <span className="state-tag deny">Frozen</span>
                  ) : holds(tool, paused) ? (
                    <span className="state-tag">Paused</span>
                  ) : (
                    <code className="faint">{tool.version}</code>
                  )}
                </a>
              ))}
            </nav>
            <ToolDetail
              tool={chosen}
              frozen={frozen.find((each) => each.tool === chosen.name) ?? null}
              paused={holds(chosen, paused)}
            />
          </div>
        )}
      </div>
    </div>
  )
}

function ToolDetail({
  tool,
  frozen,
  paused,
}: {
  tool: ToolInfo
  frozen: FrozenTool | null
  paused: boolean
}) {
  const { manifest } = tool
  return (
    <article className="tool card" aria-label={tool.title}>
      <header>
        <div className="tool-title">
          <h2>
            <ShownText text={tool.title} field="tool" />
          </h2>
          <span className="grow" />
          <PauseButton name={tool.name} paused={paused} />
        </div>
        <p className="dim">
          <ShownText text={tool.summary} field="reason" />
        </p>
      </header>
      {frozen && <FrozenNotice frozen={frozen} />}
      {paused && !frozen && <PausedNotice />}
      <section>
        <h3>May ever ask to</h3>
        <ul className="may-ask">
          {manifest.capabilities.map((capability) => (
            <li key={capability}>
              <CapabilityIcon capability={capability} />
              <span className="what">
                {CAPABILITY_WORDS[capability].words}
                {capability === 'net.request' && manifest.hosts.length > 0 && (
                  <span className="faint">
                    {' to '}
                    {manifest.hosts.includes('*')
                      ? 'any host that the agent may use'
                      : manifest.hosts.join(', ')}
                  </span>
                )}
                {capability === 'command.run' && manifest.commands.length > 0 && (
                  <span className="faint">
                    {manifest.commands.includes('*')
                      ? ' that the agent may run'
                      : `: ${manifest.commands.join(', ')}`}
                  </span>
                )}
              </span>
              <ToolRuleChoice tool={tool.name} capability={capability} />
            </li>
          ))}
          {manifest.capabilities.length === 0 && <li className="dim">Nothing: it only computes.</li>}
        </ul>
        {manifest.capabilities.length > 0 && <RuleFoot />}
      </section>
      <section>
        <h3>Offers</h3>
        <dl className="offers">
          {manifest.functions.map(({ name, title, description }) => (
            <div key={name}>
              <dt>
                {title} <code className="faint">{name}</code>
              </dt>
              <dd className="dim">
                <CodeWords text={description} />
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <section>
        <h3>Limits of one call</h3>
        <CallLimits stated={manifest.limits} />
      </section>
      <section>
        <h3>Identity</h3>
        <dl className="facts">
          <dt>Version</dt>
          <dd>
            {tool.version}, {FROM_WORDS[tool.from]}
          </dd>
          {manifest.author && (
            <>
              <dt>Author</dt>
              <dd>
                <ShownText text={manifest.author} field="reason" />{' '}
                <span className="faint">by its own words</span>
              </dd>
            </>
          )}
          <dt>Content</dt>
          <dd className="mono">{tool.hash}</dd>
        </dl>
        <p className="faint small">
          With other content it is another tool: it loses its permissions and asks anew.
        </p>
      </section>
    </article>
  )
}

const RULE_CHOICES = [
  { value: 'rules', label: 'By the rules' },
  { value: 'ask', label: 'Ask first' },
  { value: 'deny', label: 'Never' },
] as const

/** Granted or denied for this tool, whichever agent uses it. */
function ToolRuleChoice({ tool, capability }: { tool: string; capability: Capability }) {
  const { bridge, settings } = useStores()
  const rules = useStore(settings, (state) => state.settings?.toolRules)
  const locked = useStore(settings, (state) => 'toolRules' in state.locked)
  const act = useAct()
  if (!rules) return null
  return (
    <Segmented
      label={`${CAPABILITY_WORDS[capability].words}: how this tool may`}
      value={rules[tool]?.[capability] ?? 'rules'}
      choices={RULE_CHOICES.map((choice) => ({ ...choice, disabled: locked }))}
      onChange={(rule) =>
        void act('The permission is unchanged', () =>
          bridge.call('tools.setRule', { name: tool, capability, rule }),
        )
      }
    />
  )
}

/** What counts: the manifest's limits, under what settings and policy files allow any tool. */
function CallLimits({ stated }: { stated: ToolLimits }) {
  const { settings } = useStores()
  const caps = useStore(settings, (state) => state.settings?.toolLimits)
  const limits = lowerLimits(stated, caps ?? {})
  const lowered = JSON.stringify(limits) !== JSON.stringify(stated)
  return (
    <p className="dim number">
      {limits.memoryMb} MB of memory, {formatDuration(limits.cpuMs)} of computing in{' '}
      {formatDuration(limits.wallMs)}, {formatBytes(limits.outputBytes)} out, {limits.capabilityCalls}{' '}
      requests{lowered ? ', lowered by your settings or a policy' : ''}.
    </p>
  )
}

function RuleFoot() {
  const { settings } = useStores()
  const why = useStore(settings, (state) => state.locked.toolRules)
  return (
    <p className="faint small">
      {why === undefined ? (
        'For every agent, from the next request on. It only narrows: “By the rules” is what each agent’s perimeter, your policy and your answers say.'
      ) : (
        <>
          Set by your organization. <ShownText text={why} field="reason" />
        </>
      )}
    </p>
  )
}
