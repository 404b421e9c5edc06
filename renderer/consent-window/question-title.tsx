import type { Question } from '../../contract/consent.ts'
import { CapabilityIcon } from '../design/capability.tsx'
import { ShownText } from '../design/shown-text.tsx'

/**
 * Verb, object, tail: made by the host from the parsed call. The object may be a tool's text, so it has a line of its
 * own and can't join, move or resize the words around it.
 */
export function QuestionTitle({ question }: { question: Question }) {
  const { verb, object, tail } = question.title
  return (
    <div className="title">
      <span className={`seal ${question.risk}`}>
        <CapabilityIcon capability={question.capability} />
      </span>
      <h1 id="question">
        <span className="verb">{verb}</span>
        <span className="object">
          <ShownText text={object} field="argument" />
        </span>
        {tail && (
          <span className="tail">
            <ShownText text={tail} field="argument" />
          </span>
        )}
      </h1>
    </div>
  )
}

const ASKERS: Record<Question['principal']['kind'], string> = {
  agent: 'Agent',
  client: 'Client, by its own words',
  cli: 'Command line',
  product: 'Sallyport',
}

/** Who asks, through what, in which task. Each label stands above its value, never beside it. */
export function Asker({ question }: { question: Question }) {
  const { principal, tool, run } = question
  return (
    <dl className="asker">
      <div>
        <dt>{ASKERS[principal.kind]}</dt>
        <dd className="wrap-anywhere">
          <ShownText text={principal.name} field="agent" />
        </dd>
      </div>
      {tool && (
        <div>
          <dt>Tool</dt>
          <dd>
            <ShownText text={`${tool.name} ${tool.version}`} field="tool" />{' '}
            <span className="mono faint" title={tool.hash}>
              {tool.hash.slice(0, 8)}
            </span>
          </dd>
        </div>
      )}
      {run && (
        <div>
          <dt>Task</dt>
          <dd className="wrap-anywhere">
            <ShownText text={run.title} field="argument" />
          </dd>
        </div>
      )}
    </dl>
  )
}
