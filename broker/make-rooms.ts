/** Every room, made once, in the order in which they need each other. What needs a later one is given a function. */
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Caller, EventName, EventPayload } from '../contract/broker-api.ts'
import type { SallyportPaths } from '../contract/paths.ts'
import { chooseReview } from './agents/choose-review.ts'
import { createRuns } from './agents/create-runs.ts'
import { inputOf, openAgentBook } from './agents/open-agent-book.ts'
import { makeStatus } from './api/serve-status.ts'
import { createCapabilities } from './capabilities/list-capabilities.ts'
import { compareTexts } from './capabilities/write/compare-texts.ts'
import { createStaging } from './capabilities/write/stage-files.ts'
import { type OpenCatalog, openCatalog } from './catalog/open-catalog.ts'
import { createConsentDesk } from './consent/consent-desk.ts'
import { createDesktopThroughShell } from './desktop/through-shell.ts'
import type { DiagnosticLog } from './diagnostic-log.ts'
import { followToolRules } from './gate/decide/tool-rules.ts'
import { placeOf } from './gate/find-leak.ts'
import { makeGate } from './gate/make-gate.ts'
import { partCovers } from './grants/match-scope.ts'
import { scopeSteps } from './grants/scope-steps.ts'
import { killBubblewrap } from './lanes/kill-bubblewrap.ts'
import { lookAfterLastBroker } from './look-after-last-broker.ts'
import { createIds } from './make-ids.ts'
import { makeLaneRooms } from './make-lane-rooms.ts'
import { makeRecordRooms } from './make-record-rooms.ts'
import { makeRuleRooms } from './make-rule-rooms.ts'
import { makeSecretRooms } from './make-secret-rooms.ts'
import { createModels } from './models/create-models.ts'
import { createOriginTracker } from './origins/track-origins.ts'
import { readRecorded } from './policy/read-recorded.ts'
import { isDiskFull } from './readiness/disk-full.ts'
import type { PartFacts } from './readiness/list-parts.ts'
import { policyFacts } from './readiness/policy-facts.ts'
import { changedFiles } from './stop/incident/changed-files.ts'
import { createIncidents } from './stop/incident.ts'
import { createSession } from './stop/session.ts'
import { createStopSwitch } from './stop/stop-switch.ts'
import { createToolPauses } from './stop/tool-pauses.ts'
import { listNotUndoable } from './undo/list-not-undoable.ts'
import { openUndoStore } from './undo/undo-store.ts'

export interface BrokerOptions {
  paths: SallyportPaths
  /** Where the built parts lie: `sandbox/main.cjs`, `tools/`, `broker/native/keytar.node`, `broker/keychain.child.js`. */
  dist: string
  /** The Node that runs children. */
  node: string
  version: string
  home: string
  env: Record<string, string | undefined>
  /** Who started it, and so who asks the person. */
  parent: 'shell' | 'cli'
  emit<E extends EventName>(event: E, payload: EventPayload<E>): void
  /** A person's policy is watched for changes, heartbeats are written … all that goes on by itself. */
  lasting: boolean
  /** Another managed policy file than the system's, and who must own it. Tests only: no argument or variable sets it. */
  managed?: { file: string; owner: number }
  /** PATH that contained programs get. */
  searchPath?: string
}

export type Rooms = Awaited<ReturnType<typeof makeRooms>>

/** Past requests that a replay goes through, newest first. */
const REPLAYED = 2_000
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export async function makeRooms(options: BrokerOptions) {
  const { paths, dist } = options
  for (const folder of [paths.config, paths.data]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const clock = Date.now
  const newId = createIds()
  const startedAt = clock()
  const { diagnostic, onFault, leaks, store, kept, log } = makeRecordRooms(options, clock)
  const stop = createStopSwitch({
    store,
    clock,
    log,
    file: paths.stopFile,
    mayResume: () => !session.locked(),
  })

  const secrets = makeSecretRooms({
    ...{ options, store, log, leaks, onFault, clock, newId },
    freeze: (agentId, why) => void agents.freeze(agentId, why),
  })
  const { canaries, vault, vaultOpened } = secrets
  const toolPauses = createToolPauses({ store, log, clock })

  const searchPath = options.searchPath ?? SEARCH_PATH
  const { places, policy, settings, grants } = makeRuleRooms({
    ...{ options, store, onFault, clock, newId, searchPath },
  })
  const session = createSession(
    (locked) => consent.setLocked(locked),
    options.parent === 'shell' && process.platform !== 'linux',
  )
  const consent = createConsentDesk({
    clock,
    newId,
    settings: settings.get,
    grants,
    grantIndex: grants.index,
    ladder: (needs, { context }) =>
      scopeSteps(needs, {
        home: options.home,
        ceiling: (need) => gate.decider.ceiling(need, context.perimeter),
      }),
    recorded: (principalId) => readRecorded(log, { principalId, limit: REPLAYED }),
    covers: partCovers,
    pauseAgent: (principalId, by) => void stop.setPaused(by, true, principalId),
    onReturn: (summary) =>
      options.emit('alert', { id: newId('alert'), at: clock(), rule: 'away', text: summary.text }),
  })
  const { group, lanes, lane, contained } = makeLaneRooms({
    ...{ options, stop, settings, diagnostic, searchPath },
  })
  // In the order in which they are ended: what has effects by itself is held still, then what has effects from here.
  stop.register(lanes.hold)
  stop.register(vault.lent)
  stop.register(consent)
  const desktop = createDesktopThroughShell({ newId, emit: (action) => options.emit('desktop', action) })
  const undo = openUndoStore({
    compare: compareTexts,
    dir: join(paths.data, 'undo'),
    documents: store,
    clock,
    newId,
    limits: () => ({ days: settings.get().undoDays, megabytes: settings.get().undoMegabytes }),
    notUndoable: (runId) => listNotUndoable(log, runId),
    onSettled: ({ runId, callId }, text) =>
      void log.append({
        kind: 'undo',
        subject: text.slice(0, 2000),
        callId: callId || null,
        details: { runId },
      }),
    onFault,
  })
  const origins = createOriginTracker(options.home)
  const capabilities = createCapabilities({
    contained,
    searchPath,
    endSandbox: killBubblewrap,
    ownPaths: places.own,
    followOwn: places.followPaths(places.own),
    undo,
    documents: store,
    vault,
    leaks,
    canaries,
    desktop,
    clock,
    stop,
    home: options.home,
    env: options.env,
    letUseSecret: (principalId, name) => {
      const agent = agents.get(principalId)
      if (!agent || agent.perimeter.secrets.some((line) => line.name === name)) return
      const secrets = [...agent.perimeter.secrets, { name, use: 'allow' as const }]
      agents.update(
        agent.id,
        { ...inputOf(agent), perimeter: { ...agent.perimeter, secrets } },
        'you, by giving the secret',
      )
    },
  })
  for (const part of [lanes.end, lane, contained]) stop.register(part)
  const catalog: OpenCatalog = await openCatalog({
    folders: [
      { path: join(dist, 'tools'), from: 'built-in' },
      { path: join(paths.data, 'tools'), from: 'installed' },
    ],
  })
  // A changed tool loses its grants.
  for (const tool of catalog.list()) grants.toolChanged(tool.name, tool.hash)
  const shared = {
    log,
    stop,
    capabilities,
    consent,
    grants,
    grantIndex: grants.index,
    places,
    origins,
    leaks,
    canaries,
    toolPauses,
    credentialRule: () => settings.get().unknownCredentials,
    toolLimits: () => settings.get().toolLimits,
    lane,
    staging: createStaging(join(paths.data, 'staging')),
    contained,
    clock,
    newId,
    onFault,
    perimeters: () => agents.perimeters(),
    reviewOutside: (principalId: string) =>
      chooseReview({
        agent: agents.get(principalId)?.reviewOutside,
        setting: settings.get().reviewOutside,
        managed: Object.hasOwn(policy.settings().managed, 'reviewOutside'),
      }),
  }
  const agents = openAgentBook({ store, log, stop, clock, newId, emit: options.emit })
  const inForce = followToolRules(policy.compiled, () => settings.get().toolRules)
  const gate = makeGate({ ...shared, log: kept, policy: inForce })
  if (options.lasting)
    lookAfterLastBroker({
      ...{ ownPaths: places.own, home: options.home, undo, documents: store },
      ...{ decider: gate.decider, log, clock },
    }).catch(onFault)
  const models = createModels({
    gate,
    vault,
    newId,
    http: fetch,
    async redact(text, context) {
      const { text: clean, hits } = await leaks.redactKnown(text)
      const words = 'in what a model was to be told'
      if (hits.length > 0) canaries.caught(hits, placeOf({ ...context, tool: null, callId: '' }, words))
      return clean
    },
  })
  const runs = createRuns({
    gate,
    catalog,
    models,
    origins,
    stop,
    clock,
    newId,
    onFault,
    agents,
    store,
    log,
    leaks,
    emit: options.emit,
    // The tray and the top of each page say how many are at work.
    onActive: () => options.emit('status', status()),
    tourFolder: join(options.home, 'Sallyport tour'),
    onEnd(runId) {
      grants.endRun(runId)
      gate.usage.endRun(runId)
    },
    undoable: (runId) => undo.count(runId),
  })

  const incidents = createIncidents({
    log,
    stop,
    store,
    leaks,
    clock,
    folder: join(options.home, 'Sallyport incidents'),
    revokeTokens: (asked) => doors.revokeTokens(asked),
    lockSecrets: vault.lock,
    grants: grants.list,
    policies: () => [{ name: 'policy.jsonc', text: policy.text() }],
    tools: catalog.list,
    secrets: vault.list,
    changedFiles: (since) => changedFiles(undo, since),
    beforeImage: undo.beforeImage,
    onFault,
  })
  const doors = { revokeTokens: async (_asked?: Caller) => 0 }

  let socket: PartFacts['socket'] = { open: false, text: 'The command line’s socket is not open yet.' }
  const status = () =>
    makeStatus({
      version: options.version,
      startedAt,
      diskFull: () => isDiskFull(paths.data),
      stop,
      consent,
      log,
      agents: () => agents.list().length,
      runsActive: runs.active,
      keychain: secrets.keychainSeen,
      facts: () => ({
        lane: lane.stats(),
        consent: {
          available: consent.available(),
          where: options.parent === 'shell' ? 'window' : 'terminal',
        },
        socket,
        commands: contained.available(),
        screen: options.lasting ? { knownBy: session.knownBy() } : null,
        policy: policyFacts(policy.status()),
        platform: process.platform,
        root: process.getuid?.() === 0,
      }),
    })
  const keychain = secrets.follow(() => options.emit('status', status()))

  return {
    ...shared,
    options,
    group,
    diagnostic: diagnostic as DiagnosticLog,
    store,
    vault,
    vaultOpened,
    keychain,
    policy,
    settings,
    session,
    desktop,
    undo,
    catalog,
    gate,
    models,
    agents,
    runs,
    incidents,
    doors,
    status,
    isFolder: (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    setSocket(state: PartFacts['socket']) {
      socket = state
    },
  }
}
