/**
 * An entry as an event of the Open Cybersecurity Schema Framework 1.9.0, so that whatever an organization already runs
 * can watch what agents do. One event an effect: an outcome joined with its intent. File, process, clipboard and web
 * effects, done or refused, become their own classes; everything else is API Activity. The agent is the `ai_agent` of the
 * ai_operation profile, the decision is the action of the security_control profile.
 */
import path from 'node:path'
import type { ActivityEntry } from '../../../contract/activity.ts'
import { commandLine } from '../../../contract/command-line.ts'
import type { ModelResource, Need, PathResource, Resource, UrlResource } from '../../../contract/resource.ts'
import type { Json } from '../../../contract/words.ts'
import type { EntryFields } from '../entry-bytes.ts'
import { METHOD_CAPTIONS } from './http-methods.ts'

export const OCSF_VERSION = '1.9.0'
export interface OcsfSource {
  productVersion: string
  hostname: string
}
export type OcsfEvent = { [key: string]: Json }

interface Shape {
  category: readonly [uid: number, name: string]
  class: readonly [uid: number, name: string]
  activity: readonly [id: number, name: string]
  own: OcsfEvent
}
/** The entry's own or its opener's fields, with what the entry knows of the end. */
interface Told {
  facts: EntryFields
  entry: ActivityEntry
  device: OcsfEvent
  agent: OcsfEvent | null
  actor: OcsfEvent
}
const SYSTEM = [1, 'System Activity'] as const
const FINDINGS = [2, 'Findings'] as const
const NETWORK = [4, 'Network Activity'] as const
const APPLICATION = [6, 'Application Activity'] as const
const SALLYPORT = { uid: 'sallyport', name: 'Sallyport' }

/** `opener` is the intent of an outcome, or the call of a result. Null for entries that are only half of something. */
export function ocsfEvent(
  entry: ActivityEntry,
  opener: EntryFields | null,
  source: OcsfSource,
): OcsfEvent | null {
  if (entry.kind === 'intent' || entry.kind === 'tool.call') return null
  const facts: EntryFields =
    opener === null ? entry : { ...opener, ok: entry.ok, durationMs: entry.durationMs }
  const device = { hostname: source.hostname, type_id: 0, type: 'Unknown' }
  const agent = agentOf(facts)
  const shape = shapeOf({ facts, entry, device, agent, actor: actorOf(facts) })
  const [classUid, className] = shape.class
  const [activityId, activityName] = shape.activity
  const action = actionOf(facts)
  // The schema knows the profile of agents in activities only; a finding names them among its evidence.
  const ai =
    shape.category === FINDINGS
      ? {}
      : { ...(agent ? { ai_agent: agent } : {}), ...modelOf(facts), ...tokensOf(facts, entry) }
  return {
    activity_id: activityId,
    activity_name: activityName,
    category_uid: shape.category[0],
    category_name: shape.category[1],
    class_uid: classUid,
    class_name: className,
    type_uid: classUid * 100 + activityId,
    type_name: `${className}: ${activityName}`,
    time: facts.at,
    ...severityOf(entry),
    ...(shape.category === FINDINGS ? {} : statusOf(facts, entry)),
    message: facts.subject,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Sallyport', vendor_name: 'Sallyport', version: source.productVersion },
      uid: entry.hash,
      sequence: entry.seq,
      log_name: 'activity',
      profiles: [
        'host',
        ...(Object.keys(action).length > 0 ? ['security_control'] : []),
        ...(Object.keys(ai).length > 0 ? ['ai_operation'] : []),
      ],
      ...(facts.callId === null ? {} : { correlation_uid: facts.callId }),
    },
    device,
    ...shape.own,
    ...ai,
    ...action,
    unmapped: unmappedOf(entry, facts),
  }
}

function shapeOf(told: Told): Shape {
  const { facts, entry, device, actor } = told
  if (entry.kind === 'alert') return findingOf(told)
  if (entry.kind === 'app' && (entry.details.closes === true || entry.details.boot !== undefined))
    return {
      category: APPLICATION,
      class: [6002, 'Application Lifecycle'],
      activity: entry.details.closes === true ? [4, 'Stop'] : [3, 'Start'],
      own: { application: SALLYPORT },
    }
  // A question and its answer are about an effect; they are none.
  const isEffect = facts.kind === 'intent' || facts.kind === 'decision' || facts.kind === 'outcome'
  const resource = isEffect ? resourceOf(facts) : null
  if (resource?.kind === 'path' && facts.capability?.startsWith('fs.')) return fileShape(told, resource)
  if (resource?.kind === 'url' && facts.capability === 'net.request') return webShape(told, resource)
  if (resource?.kind === 'command' && facts.capability === 'command.run')
    return {
      category: SYSTEM,
      class: [1007, 'Process Activity'],
      activity: [1, 'Launch'],
      own: {
        actor,
        process: {
          name: path.basename(resource.program),
          path: resource.program,
          cmd_line: commandLine([resource.program, ...resource.args]),
          working_directory: resource.cwd,
          ...(facts.callId === null ? {} : { uid: facts.callId }),
        },
        ...{ launch_type_id: 1, launch_type: 'Spawn' },
        ...(Number.isSafeInteger(entry.details.exitCode)
          ? { exit_code: entry.details.exitCode as number }
          : {}),
      },
    }
  if (isEffect && (facts.capability === 'clipboard.read' || facts.capability === 'clipboard.write'))
    return {
      category: SYSTEM,
      class: [1012, 'Clipboard Activity'],
      activity: facts.capability === 'clipboard.read' ? [1, 'Read'] : [2, 'Write'],
      own: { actor, clipboard: {} },
    }
  const operation = (isEffect ? facts.capability : null) ?? facts.kind
  const service = facts.tool ? { name: facts.tool.name, version: facts.tool.version } : SALLYPORT
  return {
    category: APPLICATION,
    class: [6003, 'API Activity'],
    activity: [99, operation],
    own: { actor, api: { operation, service }, src_endpoint: { hostname: device.hostname as string } },
  }
}

function findingOf({ entry, agent, actor }: Told): Shape {
  const { rule, title } = entry.details
  return {
    category: FINDINGS,
    class: [2004, 'Detection Finding'],
    activity: [1, 'Create'],
    own: {
      finding_info: {
        uid: entry.hash,
        title: typeof title === 'string' ? title : entry.subject,
        desc: entry.subject,
        created_time: entry.at,
        ...(typeof rule === 'string'
          ? { analytic: { uid: rule, name: rule, type_id: 1, type: 'Rule' } }
          : {}),
      },
      is_alert: true,
      status_id: 1,
      status: 'New',
      ...(agent ? { evidences: [{ actor, ai_agent: agent }] } : {}),
    },
  }
}

function fileShape({ facts, actor }: Told, resource: PathResource): Shape {
  const activity = fileActivity(facts)
  const isFolder = facts.capability === 'fs.list' || /^Make /.test(facts.subject)
  const to = activity[0] === 5 && facts.ok === true ? movedTo(facts, resource) : null
  return {
    category: SYSTEM,
    class: [1001, 'File System Activity'],
    activity,
    own: {
      actor,
      file: fileOf(resource.path, isFolder),
      ...(to === null ? {} : { file_result: fileOf(to, false) }),
    },
  }
}

function fileOf(place: string, isFolder: boolean): OcsfEvent {
  const type = isFolder ? { type_id: 2, type: 'Folder' } : { type_id: 0, type: 'Unknown' }
  return { name: path.basename(place) || place, path: place, ...type }
}

function fileActivity({ capability, subject }: EntryFields): readonly [number, string] {
  if (capability === 'fs.delete') return [4, 'Delete']
  if (capability === 'fs.read') return [2, 'Read']
  if (capability === 'fs.list') return [8, 'Get Attributes']
  if (/^Move /.test(subject)) return [5, 'Rename']
  return /^(Create|Make|Copy) /.test(subject) ? [1, 'Create'] : [3, 'Update']
}

/** Where the one thing of a move went. Of several, all places stand in `unmapped`. */
function movedTo(facts: EntryFields, from: PathResource): string | null {
  const others = needsOf(facts).flatMap(({ resource }) =>
    resource.kind === 'path' && resource.path !== from.path ? [resource.path] : [],
  )
  return others.length === 1 ? (others[0] ?? null) : null
}

function webShape({ facts, entry, device, actor }: Told, resource: UrlResource): Shape {
  const { method, url, host, port, scheme } = resource
  const number = Object.keys(METHOD_CAPTIONS).indexOf(method) + 1
  const caption = METHOD_CAPTIONS[method]
  const query = url.indexOf('?')
  const status = Number.isSafeInteger(entry.details.status) ? (entry.details.status as number) : null
  // A canonical host that is an address has one of these two forms.
  const address = /^\[(.*)\]$|^(\d+(?:\.\d+){3})$/.exec(host)
  const ip = address?.[1] ?? address?.[2]
  return {
    category: NETWORK,
    class: [4002, 'HTTP Activity'],
    activity: caption === undefined ? [99, method] : [number, caption],
    own: {
      actor,
      http_request: {
        // The list of the schema is closed: another method is the activity's name only.
        ...(caption === undefined ? {} : { http_method: method }),
        url: {
          ...{ url_string: url, hostname: host, port, scheme, path: resource.path },
          ...(query < 0 ? {} : { query_string: url.slice(query + 1) }),
        },
        ...(facts.callId === null ? {} : { uid: facts.callId }),
      },
      src_endpoint: { hostname: device.hostname as string },
      dst_endpoint: { ...(ip === undefined ? { hostname: host } : { ip }), port },
      ...(status === null ? {} : { http_response: { code: status } }),
    },
  }
}

const needsOf = ({ details }: EntryFields) =>
  (Array.isArray(details.needs) ? details.needs : []) as unknown as Need[]

/** The first thing that was touched in the way that the effect is named after; all of them stand in `unmapped`. */
function resourceOf(facts: EntryFields): Resource | null {
  const needs = needsOf(facts)
  return (needs.find(({ capability }) => capability === facts.capability) ?? needs[0])?.resource ?? null
}

/** Whatever asks, the process that does it is ours. An agent is told of in `ai_agent`, not here. */
function actorOf({ principal }: EntryFields): OcsfEvent {
  const isOther = principal !== null && (principal.kind === 'cli' || principal.kind === 'product')
  const application = isOther ? { uid: principal.id, name: principal.name } : SALLYPORT
  return { application, process: { name: 'sallyport' } }
}

function agentOf(facts: EntryFields): OcsfEvent | null {
  const { principal, run } = facts
  if (principal === null || (principal.kind !== 'agent' && principal.kind !== 'client')) return null
  const model = modelResource(facts)
  return {
    uid: principal.id,
    name: principal.name,
    ...(principal.kind === 'agent' ? { type_id: 1, type: 'Native' } : { type_id: 0, type: 'Unknown' }),
    ...(run ? { instance_uid: run.id } : {}),
    ...(model ? { ai_model: modelObject(model) } : {}),
  }
}

function modelOf(facts: EntryFields): OcsfEvent {
  const model = modelResource(facts)
  // An agent's model stands in the agent.
  return model && agentOf(facts) === null ? { ai_model: modelObject(model) } : {}
}
const modelObject = ({ model, provider }: ModelResource): OcsfEvent => ({
  name: model,
  ai_provider: provider,
})
function modelResource(facts: EntryFields): ModelResource | null {
  const resource = facts.capability === 'model.call' ? resourceOf(facts) : null
  return resource?.kind === 'model' ? resource : null
}

/** How many tokens a model's answer took, when its provider counted them. */
function tokensOf({ capability, run, callId }: EntryFields, { details, hash }: ActivityEntry): OcsfEvent {
  const { inputTokens, outputTokens } = details
  if (capability !== 'model.call' || !isCount(inputTokens) || !isCount(outputTokens)) return {}
  const tokens = {
    ...{ prompt_tokens: inputTokens, completion_tokens: outputTokens },
    total_tokens: inputTokens + outputTokens,
  }
  return {
    message_context: { uid: run?.id ?? callId ?? hash, ai_role_id: 2, ai_role: 'Assistant', ...tokens },
  }
}
const isCount = (value: Json | undefined): value is number => Number.isSafeInteger(value)

function actionOf({ decision, asked, because }: EntryFields): OcsfEvent {
  if (decision === null) return {}
  const rule = because[0]
  const policy: OcsfEvent =
    rule === undefined ? {} : { policy: { uid: rule.rule, name: rule.layer, desc: rule.text } }
  if (decision === 'ask')
    return { action_id: 99, action: 'Asked', disposition_id: 99, disposition: 'Asked', ...policy }
  if (decision === 'deny')
    return {
      action_id: 2,
      action: 'Denied',
      disposition_id: asked ? 25 : 2,
      disposition: asked ? 'Rejected' : 'Blocked',
      ...policy,
    }
  return {
    action_id: 1,
    action: 'Allowed',
    disposition_id: asked ? 8 : 1,
    disposition: asked ? 'Approved' : 'Allowed',
    ...policy,
  }
}

function severityOf({ kind, decision }: ActivityEntry): OcsfEvent {
  if (kind === 'alert' || kind === 'crash') return { severity_id: 4, severity: 'High' }
  if (kind === 'stop') return { severity_id: 3, severity: 'Medium' }
  return decision === 'deny'
    ? { severity_id: 2, severity: 'Low' }
    : { severity_id: 1, severity: 'Informational' }
}

/** An effect that broke off with the app has an end that nobody knows. What only tells that something was, was. */
function statusOf(facts: EntryFields, entry: ActivityEntry): OcsfEvent {
  const { code, text, interrupted } = entry.details
  const words = {
    ...(typeof code === 'string' ? { status_code: code } : {}),
    ...(typeof text === 'string' ? { status_detail: text } : {}),
  }
  if (interrupted === true) return { status_id: 0, status: 'Unknown', ...words }
  const failed = entry.ok === false || facts.decision === 'deny'
  return { ...(failed ? { status_id: 2, status: 'Failure' } : { status_id: 1, status: 'Success' }), ...words }
}

/** What has no place in the schema: our own kind, the proof, the lamps, how long it took, the whole of the details. */
function unmappedOf(entry: ActivityEntry, facts: EntryFields): OcsfEvent {
  const { tool, lamps, asked, run, durationMs } = facts
  return {
    sallyport: {
      kind: facts.kind,
      hash: entry.hash,
      prev: entry.prev,
      asked,
      written: entry.at,
      ...(durationMs === null ? {} : { durationMs }),
      ...(run === null ? {} : { run: { ...run } }),
      ...(entry.ref === null ? {} : { ref: entry.ref }),
      ...(tool === null ? {} : { tool: { ...tool } }),
      ...(lamps === null ? {} : { lamps: { ...lamps } }),
      details: { ...facts.details, ...entry.details },
    },
  }
}
