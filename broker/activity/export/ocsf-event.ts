/**
 * An entry as an event of the Open Cybersecurity Schema Framework 1.9.0, so that whatever an organization already runs
 * can watch what agents do. One event an effect: an outcome joined with its intent. File, process, clipboard and web
 * effects become their own classes; everything else is API Activity. The agent is the `ai_agent` of the ai_operation
 * profile, the decision is the action of the security_control profile.
 */
import type { ActivityEntry } from '../../../contract/activity.ts'
import type { Need, Resource } from '../../../contract/resource.ts'
import type { Json } from '../../../contract/words.ts'
import type { EntryFields } from '../entry-bytes.ts'

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
const SYSTEM = [1, 'System Activity'] as const
const FINDINGS = [2, 'Findings'] as const
const NETWORK = [4, 'Network Activity'] as const
const APPLICATION = [6, 'Application Activity'] as const

/** `opener` is the intent of an outcome, or the call of a result. Null for entries that are only half of something. */
export function ocsfEvent(
  entry: ActivityEntry,
  opener: EntryFields | null,
  source: OcsfSource,
): OcsfEvent | null {
  if (entry.kind === 'intent' || entry.kind === 'tool.call') return null
  const facts: EntryFields =
    opener === null ? entry : { ...opener, ok: entry.ok, durationMs: entry.durationMs }
  const device = { hostname: source.hostname, type_id: 0 }
  const shape = shapeOf(facts, entry, device)
  const [classUid, className] = shape.class
  const [activityId, activityName] = shape.activity
  const failed = entry.ok === false || facts.decision === 'deny'
  const event: OcsfEvent = {
    activity_id: activityId,
    activity_name: activityName,
    category_uid: shape.category[0],
    category_name: shape.category[1],
    class_uid: classUid,
    class_name: className,
    type_uid: classUid * 100 + activityId,
    type_name: `${className}: ${activityName}`,
    time: entry.at,
    ...severityOf(entry),
    message: facts.subject,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Sallyport', vendor_name: 'Sallyport', version: source.productVersion },
      uid: entry.hash,
      sequence: entry.seq,
      log_name: 'activity',
      original_time: new Date(facts.at).toISOString(),
      profiles: ['ai_operation', 'security_control', ...(entry.kind === 'alert' ? [] : ['host'])],
      ...(facts.callId === null ? {} : { correlation_uid: facts.callId }),
    },
    ...shape.own,
    ...actionOf(facts),
    unmapped: unmappedOf(entry, facts),
  }
  if (entry.kind !== 'alert')
    Object.assign(event, failed ? { status_id: 2, status: 'Failure' } : { status_id: 1, status: 'Success' })
  if (facts.durationMs !== null) event.duration = Math.round(facts.durationMs)
  const { principal, run } = facts
  if (principal !== null && (principal.kind === 'agent' || principal.kind === 'client'))
    event.ai_agent = {
      uid: principal.id,
      name: principal.name,
      type_id: principal.kind === 'agent' ? 1 : 0,
      ...(run ? { instance_uid: run.id } : {}),
    }
  return event
}

function shapeOf(facts: EntryFields, entry: ActivityEntry, device: OcsfEvent): Shape {
  if (entry.kind === 'alert')
    return {
      category: FINDINGS,
      class: [2004, 'Detection Finding'],
      activity: [1, 'Create'],
      own: {
        finding_info: { uid: entry.hash, title: String(entry.details.rule ?? 'alert'), desc: facts.subject },
        is_alert: true,
        status_id: 1,
        status: 'New',
      },
    }
  if (entry.kind === 'app' && (entry.details.closes === true || entry.details.boot !== undefined))
    return {
      category: APPLICATION,
      class: [6002, 'Application Lifecycle'],
      activity: entry.details.closes === true ? [4, 'Stop'] : [3, 'Start'],
      own: { application: { name: 'Sallyport', uid: 'sallyport' }, device },
    }
  const resource = resourceOf(facts)
  const actor = actorOf(facts)
  switch (resource?.kind) {
    case 'path':
      return {
        category: SYSTEM,
        class: [1001, 'File System Activity'],
        activity: fileActivity(facts),
        own: {
          actor,
          device,
          file: { name: resource.path.split('/').at(-1) || '/', path: resource.path, type_id: 0 },
        },
      }
    case 'url':
      return {
        category: NETWORK,
        class: [4002, 'HTTP Activity'],
        activity: HTTP_ACTIVITY[resource.method] ?? [99, resource.method],
        own: {
          actor,
          device,
          http_request: {
            http_method: resource.method,
            url: {
              url_string: resource.url,
              hostname: resource.host,
              port: resource.port,
              scheme: resource.scheme,
              path: resource.path,
            },
          },
          dst_endpoint: { hostname: resource.host, port: resource.port },
          ...(typeof entry.details.status === 'number'
            ? { http_response: { code: entry.details.status } }
            : {}),
        },
      }
    case 'command':
      return {
        category: SYSTEM,
        class: [1007, 'Process Activity'],
        activity: [1, 'Launch'],
        own: {
          actor,
          device,
          process: {
            name: resource.program.split('/').at(-1) ?? resource.program,
            path: resource.program,
            cmd_line: [resource.program, ...resource.args].join(' '),
            working_directory: resource.cwd,
          },
          ...(typeof entry.details.exitCode === 'number' ? { exit_code: entry.details.exitCode } : {}),
        },
      }
  }
  if (facts.capability === 'clipboard.read' || facts.capability === 'clipboard.write')
    return {
      category: SYSTEM,
      class: [1011, 'Clipboard Activity'],
      activity: facts.capability === 'clipboard.write' ? [1, 'Copy'] : [2, 'Paste'],
      own: { actor, device, clipboard: { name: 'Clipboard' } },
    }
  return {
    category: APPLICATION,
    class: [6003, 'API Activity'],
    activity: facts.capability === null ? [99, entry.kind] : [99, facts.capability],
    own: {
      actor,
      device,
      api: { operation: facts.capability ?? entry.kind, service: { name: facts.tool?.name ?? 'sallyport' } },
      src_endpoint: { hostname: String(device.hostname) },
    },
  }
}

const HTTP_ACTIVITY: Record<string, readonly [number, string]> = {
  CONNECT: [1, 'Connect'],
  DELETE: [2, 'Delete'],
  GET: [3, 'Get'],
  HEAD: [4, 'Head'],
  OPTIONS: [5, 'Options'],
  POST: [6, 'Post'],
  PUT: [7, 'Put'],
  TRACE: [8, 'Trace'],
  PATCH: [9, 'Patch'],
}

function fileActivity({ capability, subject }: EntryFields): readonly [number, string] {
  if (capability === 'fs.delete') return [4, 'Delete']
  if (capability === 'fs.read') return [2, 'Read']
  if (capability === 'fs.list') return [8, 'Get Attributes']
  if (/^Move /.test(subject)) return [5, 'Rename']
  return /^(Create|Make) /.test(subject) ? [1, 'Create'] : [3, 'Update']
}

/** The first thing that was touched; all of them stand in `unmapped`. */
function resourceOf({ details }: EntryFields): Resource | null {
  const [need] = (Array.isArray(details.needs) ? details.needs : []) as unknown as Need[]
  return need?.resource ?? null
}

function actorOf({ principal, run }: EntryFields): OcsfEvent {
  const application =
    principal === null ? { uid: 'sallyport', name: 'Sallyport' } : { uid: principal.id, name: principal.name }
  return { application, ...(run === null ? {} : { session: { uid: run.id } }) }
}

function actionOf({ decision, asked, because }: EntryFields): OcsfEvent {
  if (decision === null) return {}
  const rule = because[0]
  const policy: OcsfEvent =
    rule === undefined ? {} : { policy: { uid: rule.rule, name: rule.layer, desc: rule.text } }
  if (decision === 'deny')
    return { action_id: 2, action: 'Denied', disposition_id: 2, disposition: 'Blocked', ...policy }
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

/** What has no place in the schema: our own kind, the proof, the lamps, the whole of the details. */
function unmappedOf(entry: ActivityEntry, facts: EntryFields): OcsfEvent {
  const { tool, lamps, asked } = facts
  return {
    sallyport: {
      kind: facts.kind,
      hash: entry.hash,
      prev: entry.prev,
      asked,
      ...(entry.ref === null ? {} : { ref: entry.ref }),
      ...(tool === null ? {} : { tool: { ...tool } }),
      ...(lamps === null ? {} : { lamps: { ...lamps } }),
      details: { ...facts.details, ...entry.details },
    },
  }
}
