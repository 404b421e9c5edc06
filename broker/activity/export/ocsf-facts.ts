/**
 * What OCSF 1.9.0 says of the classes, profiles and objects that the export makes: names, types, what is required, the
 * numbers of its lists and their captions. Facts of the public schema (ocsf/ocsf-schema; `from` is the file there), in a
 * form of our own. Left out, and so refused by the check: what the schema calls deprecated, and attributes whose objects
 * we never make.
 *
 * `name` is optional, `name+` recommended, `name!` required; `name=` is said again by an heir, with its parent's word on
 * whether it must be there. A type with `[]` is a list of such.
 */
import { METHOD_CAPTIONS } from './http-methods.ts'

export const OCSF_FACTS_VERSION = '1.9.0'

export interface Facts {
  from: string
  extends?: string
  attributes: string
  /** By attribute. Numbers also have 0 Unknown and 99 Other, which the dictionary gives to all, unless `only`. */
  lists?: Record<string, Readonly<Record<string, string>>>
  only?: readonly string[]
  /** An heir's own takes the place of its parent's. */
  atLeastOne?: readonly string[]
}
export interface ClassFacts extends Facts {
  uid?: number
  category?: readonly [uid: number, name: string]
  caption?: string
  profiles?: readonly string[]
}

const numbered = (captions: string, first = 1): Record<string, string> =>
  Object.fromEntries(captions.split(', ').map((caption, n) => [n + first, caption]))
const SUCCESS = numbered('Success, Failure')
const RISK = { ...numbered('Info, Low, Medium, High, Critical', 0), 99: 'Other' }
const CONFIDENCE = numbered('Low, Medium, High')

const EVERY_CLASS = ['host', 'security_control'] as const
const EVERY_ACTIVITY = [...EVERY_CLASS, 'ai_operation'] as const

export const CLASSES: Record<string, ClassFacts> = {
  base_event: {
    from: 'events/base_event.json',
    attributes: `activity_id! integer_t, activity_name string_t, category_uid! integer_t, category_name string_t,
      class_uid! integer_t, class_name string_t, type_uid! long_t, type_name string_t, time! timestamp_t,
      timezone_offset+ integer_t, severity_id! integer_t, severity string_t, status_id+ integer_t, status+ string_t,
      status_code+ string_t, status_detail+ string_t, message+ string_t, metadata! metadata, count integer_t,
      duration long_t, start_time timestamp_t, end_time timestamp_t, raw_data string_t, raw_data_size long_t,
      unmapped object`,
    lists: {
      severity_id: numbered('Informational, Low, Medium, High, Critical, Fatal'),
      status_id: SUCCESS,
    },
  },
  system: {
    from: 'events/system/system.json',
    extends: 'base_event',
    category: [1, 'System Activity'],
    profiles: EVERY_ACTIVITY,
    attributes: 'actor! actor, device! device',
  },
  file_activity: {
    from: 'events/system/file_activity.json',
    extends: 'system',
    uid: 1001,
    caption: 'File System Activity',
    attributes: `file! file, file_result+ file, file_diff+ string_t, access_mask integer_t, component+ string_t,
      connection_uid string_t, create_mask+ string_t`,
    lists: {
      activity_id: numbered(
        'Create, Read, Update, Delete, Rename, Set Attributes, Set Security, Get Attributes, Get Security, Encrypt, Decrypt, Mount, Unmount, Open',
      ),
    },
  },
  process_activity: {
    from: 'events/system/process_activity.json',
    extends: 'system',
    uid: 1007,
    caption: 'Process Activity',
    attributes: `process! process, exit_code+ integer_t, launch_type_id+ integer_t, launch_type+ string_t,
      injection_type_id+ integer_t, injection_type+ string_t, actual_permissions+ integer_t,
      requested_permissions+ integer_t`,
    lists: {
      activity_id: numbered('Launch, Terminate, Open, Inject, Set User ID'),
      launch_type_id: numbered('Spawn, Fork, Exec'),
      injection_type_id: numbered('Remote Thread, Load Library, Queue APC'),
    },
  },
  clipboard_activity: {
    from: 'events/system/clipboard_activity.json',
    extends: 'system',
    uid: 1012,
    caption: 'Clipboard Activity',
    attributes: 'clipboard! clipboard, source_process process',
    lists: { activity_id: numbered('Read, Write, Clear') },
  },
  finding: {
    from: 'events/findings/finding.json',
    extends: 'base_event',
    category: [2, 'Findings'],
    profiles: EVERY_CLASS,
    attributes: `finding_info! finding_info, device device, confidence_id+ integer_t, confidence string_t,
      confidence_score integer_t, status string_t`,
    lists: {
      activity_id: numbered('Create, Update, Close'),
      status_id: numbered('New, In Progress, Suppressed, Resolved, Archived, Deleted'),
      confidence_id: CONFIDENCE,
    },
  },
  detection_finding: {
    from: 'events/findings/detection_finding.json',
    extends: 'finding',
    uid: 2004,
    caption: 'Detection Finding',
    attributes: `evidences+ evidences[], is_alert+ boolean_t, impact_id integer_t, impact string_t,
      impact_score integer_t, risk_details string_t, risk_level_id integer_t, risk_level string_t, risk_score integer_t`,
    lists: { impact_id: numbered('Low, Medium, High, Critical'), risk_level_id: RISK },
    only: ['risk_level_id'],
  },
  network: {
    from: 'events/network/network.json',
    extends: 'base_event',
    category: [4, 'Network Activity'],
    profiles: EVERY_ACTIVITY,
    attributes: `src_endpoint+ network_endpoint, dst_endpoint+ network_endpoint, app_name string_t,
      app_protocol_name string_t, observation_point_id integer_t, observation_point string_t`,
    lists: { observation_point_id: numbered('Source, Destination, Neither, Both') },
    atLeastOne: ['dst_endpoint', 'src_endpoint'],
  },
  http_activity: {
    from: 'events/network/http_activity.json',
    extends: 'network',
    uid: 4002,
    caption: 'HTTP Activity',
    attributes: 'http_request+ http_request, http_response+ http_response, file file',
    lists: { activity_id: numbered(Object.values(METHOD_CAPTIONS).join(', ')) },
    atLeastOne: ['http_request', 'http_response'],
  },
  application: {
    from: 'events/application/application.json',
    extends: 'base_event',
    category: [6, 'Application Activity'],
    profiles: EVERY_ACTIVITY,
    attributes: '',
  },
  application_lifecycle: {
    from: 'events/application/application_lifecycle.json',
    extends: 'application',
    uid: 6002,
    caption: 'Application Lifecycle',
    attributes: 'application+ application',
    lists: { activity_id: numbered('Install, Remove, Start, Stop, Restart, Enable, Disable, Update') },
    atLeastOne: ['application'],
  },
  api_activity: {
    from: 'events/application/api_activity.json',
    extends: 'application',
    uid: 6003,
    caption: 'API Activity',
    attributes: `actor! actor, api! api, src_endpoint! network_endpoint, dst_endpoint+ network_endpoint,
      http_request+ http_request, http_response+ http_response`,
    lists: { activity_id: numbered('Create, Read, Update, Delete') },
  },
}

export const PROFILES: Record<string, Facts> = {
  host: { from: 'profiles/host.json', attributes: 'actor actor, device+ device' },
  ai_operation: {
    from: 'profiles/ai_operation.json',
    attributes: 'ai_agent ai_agent, ai_model+ ai_model, message_context message_context',
  },
  security_control: {
    from: 'profiles/security_control.json',
    attributes: `action_id+ integer_t, action string_t, disposition_id+ integer_t, disposition string_t, policy policy,
      is_alert+ boolean_t, confidence_id+ integer_t, confidence string_t, confidence_score integer_t, risk_details string_t,
      risk_level_id integer_t, risk_level string_t, risk_score integer_t`,
    lists: {
      action_id: numbered('Allowed, Denied, Observed, Modified'),
      disposition_id: numbered(
        'Allowed, Blocked, Quarantined, Isolated, Deleted, Dropped, Custom Action, Approved, Restored, Exonerated, Corrected, Partially Corrected, Uncorrected, Delayed, Detected, No Action, Logged, Tagged, Alert, Count, Reset, Captcha, Challenge, Access Revoked, Rejected, Unauthorized, Error',
      ),
      confidence_id: CONFIDENCE,
      risk_level_id: RISK,
    },
    only: ['risk_level_id'],
  },
}

export const OBJECTS: Record<string, Facts> = {
  _entity: {
    from: 'objects/_entity.json',
    attributes: 'name+ string_t, uid+ string_t, uid_numeric long_t',
    atLeastOne: ['name', 'uid'],
  },
  actor: {
    from: 'objects/actor.json',
    attributes: 'application+ application, process+ process, session session',
    // 1.8 had no `application`; what satisfies this satisfies both.
    atLeastOne: ['process', 'user', 'session'],
  },
  ai_agent: {
    from: 'objects/ai_agent.json',
    extends: '_entity',
    attributes: `ai_model+ ai_model, instance_uid+ string_t, name= string_t, type string_t, type_id+ integer_t,
      uid= string_t, version+ string_t`,
    lists: { type_id: numbered('Native, LangChain, AutoGen, CrewAI') },
  },
  ai_model: {
    from: 'objects/ai_model.json',
    extends: '_entity',
    attributes: 'ai_provider! string_t, name! string_t, uid= string_t, version+ string_t',
  },
  analytic: {
    from: 'objects/analytic.json',
    extends: '_entity',
    attributes: `algorithm string_t, category string_t, desc string_t, name= string_t, state string_t, state_id integer_t,
      type string_t, type_id! integer_t, uid= string_t, version string_t`,
    lists: {
      state_id: numbered('Active, Suppressed, Experimental'),
      type_id: numbered(
        'Rule, Behavioral, Statistical, Learning (ML/DL), Fingerprinting, Tagging, Keyword Match, Regular Expressions, Exact Data Match, Partial Data Match, Indexed Data Match',
      ),
    },
  },
  api: { from: 'objects/api.json', attributes: 'operation! string_t, service service, version string_t' },
  application: {
    from: 'objects/application.json',
    attributes: `name+ string_t, uid+ string_t, uid_alt string_t, version string_t, type string_t, desc string_t,
      hostname hostname_t, labels string_t[], product product, url url, criticality string_t, data json_t`,
    atLeastOne: ['uid', 'name'],
  },
  clipboard: { from: 'objects/clipboard.json', attributes: 'name string_t' },
  device: {
    from: 'objects/device.json',
    extends: 'endpoint',
    attributes: `type_id! integer_t, type+ string_t, hostname+ hostname_t, uid+ string_t, uid_alt string_t, name string_t,
      ip ip_t, desc string_t, domain string_t, model string_t, region+ string_t, vendor_name+ string_t, boot_time timestamp_t,
      boot_uid string_t, os_machine_uuid uuid_t`,
  },
  endpoint: {
    from: 'objects/endpoint.json',
    extends: '_entity',
    attributes: `hostname+ hostname_t, ip+ ip_t, domain string_t, instance_uid+ string_t, interface_name+ string_t,
      interface_uid+ string_t, name= string_t, uid= string_t, type string_t, type_id+ integer_t, zone string_t`,
    lists: {
      type_id: numbered(
        'Server, Desktop, Laptop, Tablet, Mobile, Virtual, IOT, Browser, Firewall, Switch, Hub, Router, IDS, IPS, Load Balancer',
      ),
    },
    atLeastOne: ['ip', 'uid', 'name', 'hostname', 'instance_uid', 'interface_uid', 'interface_name'],
  },
  evidences: {
    from: 'objects/evidences.json',
    extends: '_entity',
    attributes: `actor+ actor, ai_agent+ ai_agent, api+ api, data+ json_t, device+ device, file+ file,
      dst_endpoint+ network_endpoint, src_endpoint+ network_endpoint, http_request+ http_request,
      http_response+ http_response, process+ process, url+ url, name string_t, uid string_t`,
    // 1.8 had no `ai_agent`; what satisfies this satisfies both.
    atLeastOne: ['actor', 'api', 'data', 'device', 'dst_endpoint', 'file', 'process', 'src_endpoint', 'url'],
  },
  file: {
    from: 'objects/file.json',
    extends: '_entity',
    attributes: `name! file_name_t, path+ file_path_t, type_id! integer_t, type string_t, ext+ string_t, size long_t,
      parent_folder string_t, uid string_t, uri url_t, desc string_t, mime_type string_t, created_time timestamp_t,
      modified_time timestamp_t, accessed_time timestamp_t, is_deleted boolean_t, is_encrypted boolean_t,
      is_public boolean_t, is_readonly boolean_t, is_system boolean_t, version string_t, volume string_t`,
    lists: {
      type_id: numbered(
        'Regular File, Folder, Character Device, Block Device, Local Socket, Named Pipe, Symbolic Link, Executable File',
      ),
    },
  },
  finding_info: {
    from: 'objects/finding_info.json',
    attributes: `uid! string_t, title+ string_t, desc string_t, analytic+ analytic, created_time timestamp_t,
      modified_time timestamp_t, first_seen_time timestamp_t, last_seen_time timestamp_t, data_sources string_t[],
      product product, product_uid string_t, src_url url_t, types string_t[], uid_alt string_t,
      related_events_count integer_t`,
  },
  http_request: {
    from: 'objects/http_request.json',
    attributes: `http_method+ string_t, url+ url, args string_t, body_length integer_t, length integer_t,
      referrer string_t, uid string_t, user_agent+ string_t, version+ string_t`,
    lists: { http_method: METHOD_CAPTIONS },
    only: ['http_method'],
  },
  http_response: {
    from: 'objects/http_response.json',
    attributes: `code! integer_t, body_length integer_t, content_type string_t, latency integer_t, length integer_t,
      status string_t`,
  },
  message_context: {
    from: 'objects/message_context.json',
    extends: '_entity',
    attributes: `ai_role_id+ integer_t, ai_role string_t, application+ application, service+ service, name= string_t,
      uid= string_t, prompt_text string_t, response_text string_t, prompt_tokens integer_t, completion_tokens integer_t,
      total_tokens integer_t`,
    lists: { ai_role_id: numbered('User, Assistant, Tool, Agent, Orchestrator, Retriever') },
  },
  metadata: {
    from: 'objects/metadata.json',
    attributes: `version! string_t, product! product, uid string_t, correlation_uid string_t, event_code string_t,
      log_name+ string_t, log_provider string_t, log_format string_t, log_level string_t, log_source string_t,
      log_version string_t, logged_time timestamp_t, modified_time timestamp_t, processed_time timestamp_t,
      transmit_time timestamp_t, original_time+ string_t, original_event_uid string_t, profiles string_t[],
      sequence integer_t, labels string_t[], source string_t, type string_t, tenant_uid+ string_t, is_truncated boolean_t,
      untruncated_size integer_t`,
  },
  network_endpoint: {
    from: 'objects/network_endpoint.json',
    extends: 'endpoint',
    attributes: `port+ port_t, svc_name+ string_t, isp string_t, isp_org string_t, network_scope string_t,
      network_scope_id integer_t, type= string_t, type_id= integer_t, uid= string_t`,
    lists: { network_scope_id: numbered('Internal, External') },
    atLeastOne: [
      ...['ip', 'uid', 'name', 'hostname', 'svc_name', 'instance_uid', 'interface_uid', 'interface_name'],
      'domain',
    ],
  },
  policy: {
    from: 'objects/policy.json',
    extends: '_entity',
    attributes: `desc string_t, data json_t, is_applied+ boolean_t, name= string_t, uid= string_t, type+ string_t,
      version+ string_t`,
  },
  process_entity: {
    from: 'objects/process_entity.json',
    extends: '_entity',
    attributes: `cmd_line+ string_t, cpid+ uuid_t, created_time+ timestamp_t, name= process_name_t, path+ string_t,
      pid+ integer_t, uid= string_t`,
    atLeastOne: ['cmd_line', 'name', 'path', 'pid', 'uid', 'cpid'],
  },
  process: {
    from: 'objects/process.json',
    extends: 'process_entity',
    attributes: `ai_agent ai_agent, file+ file, parent_process+ process, ptid long_t, sandbox string_t,
      terminated_time timestamp_t, working_directory string_t`,
  },
  product: {
    from: 'objects/product.json',
    extends: '_entity',
    attributes: `cpe_name string_t, lang string_t, name= string_t, path string_t, uid= string_t, url_string url_t,
      vendor_name+ string_t, version+ string_t`,
  },
  service: {
    from: 'objects/service.json',
    extends: '_entity',
    attributes: 'labels string_t[], name= string_t, uid= string_t, version+ string_t',
  },
  session: {
    from: 'objects/session.json',
    attributes: `uid+ string_t, uid_alt string_t, uuid uuid_t, created_time+ timestamp_t, expiration_time timestamp_t,
      issuer+ string_t, is_remote+ boolean_t, is_mfa boolean_t, is_vpn boolean_t, terminal string_t, count integer_t`,
  },
  url: {
    from: 'objects/url.json',
    attributes: `url_string+ url_t, hostname+ hostname_t, domain string_t, subdomain string_t, path+ string_t, port+ port_t,
      query_string+ string_t, scheme+ string_t, resource_type string_t`,
    atLeastOne: ['url_string', 'path'],
  },
}
