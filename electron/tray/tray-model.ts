/**
 * What the tray says: icon, words and menu, made from what the broker told last. Pure, so that each state can be read
 * in a test; `tray.ts` puts it on the screen.
 */
import type { Agent } from '../../contract/agent.ts'
import type { Status } from '../../contract/broker-api.ts'
import type { BrokerState } from '../../contract/shell-ipc.ts'

export type TrayIcon = 'running' | 'asking' | 'paused' | 'stopped'
export type TrayAction =
  | { do: 'open'; route?: string }
  | { do: 'answer' }
  | { do: 'pause'; paused: boolean; agentId?: string }
  | { do: 'stop' }
  | { do: 'restart' }
  | { do: 'quit' }
export type TrayItem =
  | { kind: 'line' }
  | { kind: 'text'; label: string }
  | { kind: 'action'; label: string; action: TrayAction }
  | { kind: 'menu'; label: string; items: TrayItem[] }
export interface TrayModel {
  icon: TrayIcon
  tooltip: string
  items: TrayItem[]
}
export interface TrayFacts {
  broker: BrokerState
  status: Status | null
  agents: Agent[]
  questions: number
}

const MAX_AGENTS = 30
const LINE: TrayItem = { kind: 'line' }

export function makeTrayModel(facts: TrayFacts): TrayModel {
  const { icon, words } = stateOf(facts)
  return { icon, tooltip: `Sallyport: ${words}`, items: makeItems(facts, words) }
}

function stateOf({ broker, status, questions }: TrayFacts): { icon: TrayIcon; words: string } {
  // Without a broker nothing can act: that is what the icon says, and the words say why.
  if (broker.state === 'down') return { icon: 'stopped', words: 'the gate has closed' }
  if (broker.state === 'silent') return { icon: 'stopped', words: 'not answering' }
  if (broker.state === 'starting' || !status) return { icon: 'paused', words: 'starting' }
  if (status.stop.stopped) return { icon: 'stopped', words: 'stopped' }
  if (questions > 0) return { icon: 'asking', words: countOf(questions, 'question waits', 'questions wait') }
  if (status.stop.paused) return { icon: 'paused', words: 'paused' }
  if (status.runsActive === 0) return { icon: 'running', words: 'nothing is running' }
  return { icon: 'running', words: `${countOf(status.runsActive, 'run', 'runs')} at work` }
}

function makeItems(facts: TrayFacts, words: string): TrayItem[] {
  const { broker, status, questions } = facts
  const items: TrayItem[] = [{ kind: 'text', label: capital(words) }]
  if (questions > 0) {
    items.push(
      action(countOf(questions, 'Answer 1 question', `Answer ${questions} questions`, true), {
        do: 'answer',
      }),
    )
  }
  items.push(LINE, action('Open Sallyport', { do: 'open' }))
  if (broker.state === 'down' || broker.state === 'silent')
    items.push(action('Start the gate again', { do: 'restart' }))
  if (broker.state === 'ready' && status) items.push(...pauseItems(facts, status))
  items.push(LINE)
  if (status?.stop.stopped) items.push(action('Look at what was stopped', { do: 'open', route: '#/home' }))
  else items.push(action('Stop everything', { do: 'stop' }))
  items.push(LINE, action('Quit Sallyport', { do: 'quit' }))
  return items
}

function pauseItems({ agents }: TrayFacts, { stop }: Status): TrayItem[] {
  const all = stop.paused
    ? action('Resume all', { do: 'pause', paused: false })
    : action('Pause all', { do: 'pause', paused: true })
  const each = agents.slice(0, MAX_AGENTS).map((agent): TrayItem => {
    const paused = agent.paused || stop.pausedAgents.includes(agent.id)
    const label = `${paused ? 'Resume' : 'Pause'} ${oneLine(agent.name)}`
    return action(label, { do: 'pause', paused: !paused, agentId: agent.id })
  })
  if (agents.length > MAX_AGENTS) each.push(action('More in the window', { do: 'open', route: '#/agents' }))
  return each.length > 0 ? [all, { kind: 'menu', label: 'Agents', items: each }] : [all]
}

function action(label: string, does: TrayAction): TrayItem {
  return { kind: 'action', label, action: does }
}

function countOf(count: number, one: string, many: string, whole = false): string {
  if (whole) return count === 1 ? one : many
  return `${count} ${count === 1 ? one : many}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A name as a menu shows it: no line breaks or control characters, no mnemonic, not endless. */
function oneLine(name: string): string {
  const clean = name.replace(/\p{C}+/gu, ' ').trim()
  return (clean.length > 40 ? `${clean.slice(0, 39)}…` : clean).replaceAll('&', '&&')
}
