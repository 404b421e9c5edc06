/**
 * The broker, put together: every room made once, in the order in which they need each other. It opens no door and
 * reads no argument; `main.ts` does, and so do tests and measurements that want the real thing in their own process.
 */

import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Api, Caller, EventName, EventPayload } from '../contract/broker-api.ts'
import type { SallyportPaths } from '../contract/paths.ts'
import type { KeychainStatus } from '../contract/secret.ts'
import { keepOpeningLog } from './activity/keep-opening.ts'
import { knownSealKeys } from './activity/seal-key.ts'
import { witnessFile, witnessInDocuments, witnessInFile } from './activity/witness-places.ts'
import { chooseReview } from './agents/choose-review.ts'
import { createRuns } from './agents/create-runs.ts'
import { inputOf, openAgentBook } from './agents/open-agent-book.ts'
import { makeApi } from './api/make-api.ts'
import { makeStatus } from './api/serve-status.ts'
import { createCapabilities } from './capabilities/list-capabilities.ts'
import { compareTexts } from './capabilities/write/compare-texts.ts'
import { createStaging } from './capabilities/write/stage-files.ts'
import { type OpenCatalog, openCatalog } from './catalog/open-catalog.ts'
import { createConsentDesk } from './consent/consent-desk.ts'
import { createDesktopThroughShell } from './desktop/through-shell.ts'
import { createDiagnosticLog, type DiagnosticLog } from './diagnostic-log.ts'
import { followRooms } from './follow-rooms.ts'
import { compilePolicy } from './gate/decide/compile-policy.ts'
import { findRuleFaults } from './gate/decide/find-rule-faults.ts'
import { followToolRules } from './gate/decide/tool-rules.ts'
import { placeOf } from './gate/find-leak.ts'
import { makeGate } from './gate/make-gate.ts'
import { openGrantBook } from './grants/grant-book.ts'
import { partCovers } from './grants/match-scope.ts'
import { scopeSteps } from './grants/scope-steps.ts'
import { keepWatch } from './keep-watch.ts'
import { createContainedPrograms } from './lanes/contained/contained-programs.ts'
import { createIsolateLane } from './lanes/isolate-lane.ts'
import { killBubblewrap } from './lanes/kill-bubblewrap.ts'
import { openLaneGroup } from './lanes/lane-group.ts'
import { createLaneStop } from './lanes/lane-stop.ts'
import { lookAfterLastBroker } from './look-after-last-broker.ts'
import { createIds } from './make-ids.ts'
import { createModels } from './models/create-models.ts'
import { createOriginTracker } from './origins/track-origins.ts'
import { lookUpPlaces } from './policy/look-up-places.ts'
import { managedPlace } from './policy/managed-place.ts'
import { openPolicyBook } from './policy/open-policy-book.ts'
import { readRecorded } from './policy/read-recorded.ts'
import { isDiskFull } from './readiness/disk-full.ts'
import type { PartFacts } from './readiness/list-parts.ts'
import { policyFacts } from './readiness/policy-facts.ts'
import { createCanaries } from './secrets/canaries.ts'
import { createCredentialFinder } from './secrets/find-credentials.ts'
import { createKeychain } from './secrets/keychain.ts'
import { keychainService } from './secrets/keychain-service.ts'
import type { WatchedValue } from './secrets/leak-scanner.ts'
import { createScanAside } from './secrets/scan-aside.ts'
import { scrubBriefly } from './secrets/scrub-briefly.ts'
import { createVault } from './secrets/vault.ts'
import { createWhenReady } from './secrets/when-ready.ts'
import { createSettings } from './settings/keep-settings.ts'
import { changedFiles } from './stop/incident/changed-files.ts'
import { createIncidents } from './stop/incident.ts'
import { createListKiller, createTreeKiller, killTrees } from './stop/kill-tree.ts'
import { createSession } from './stop/session.ts'
import { createStopSwitch } from './stop/stop-switch.ts'
import { createToolPauses } from './stop/tool-pauses.ts'
import { openDocumentStore } from './store/documents.ts'
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

export interface Broker {
  api: Api
  rooms: Rooms
  /** The socket door, once it is open or can't be. */
  setSocket(state: PartFacts['socket']): void
  close(): Promise<void>
}
export type Rooms = Awaited<ReturnType<typeof makeRooms>>

/** Past requests that a replay goes through, newest first. */
const REPLAYED = 2_000
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export async function makeBroker(options: BrokerOptions): Promise<Broker> {
  const rooms = await makeRooms(options)
  const api = makeApi(rooms)
  const unfollow = followRooms(rooms, options.emit)
  const watch = options.lasting ? keepWatch(rooms) : null
  // A shell tells by itself; a terminal's first word may be a resume.
  if (options.parent === 'cli') await watch?.screenSeen
  if (options.lasting) void rooms.lane.warm().catch((error: unknown) => rooms.diagnostic.fault('warm', error))
  return {
    api,
    rooms,
    setSocket(state) {
      rooms.setSocket(state)
      options.emit('status', rooms.status())
    },
    async close() {
      const settled = watch?.end()
      unfollow()
      rooms.runs.close()
      await Promise.all([rooms.lane.close(), rooms.contained.close()])
      rooms.policy.close()
      rooms.grants.flush()
      // The key seals the log's end; without it the log reads as one that nobody could seal.
      await watch?.keyLoaded()
      await rooms.log.close()
      await settled
      rooms.vault.close()
      rooms.leaks.end()
      rooms.store.close()
      rooms.group.remove()
    },
  }
}

async function makeRooms(options: BrokerOptions) {
  const { paths, dist } = options
  for (const folder of [paths.config, paths.data]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const clock = Date.now
  const newId = createIds()
  const diagnostic = createDiagnosticLog(paths.data, (text) => leaks.brief(text).redacted)
  const onFault = (error: unknown) => diagnostic.fault('broker', error)
  const startedAt = clock()
  const leaks = createScanAside({ credentials: createCredentialFinder(undefined, onFault) })

  const store = openDocumentStore({ file: join(paths.data, 'state.db') })
  const kept = keepOpeningLog({
    file: join(paths.data, 'activity.db'),
    clock,
    productVersion: options.version,
    publicKeys: knownSealKeys(store),
    witness: [
      witnessInDocuments(store),
      ...(options.lasting
        ? [witnessInFile(witnessFile(paths.data, options.env, process.platform, options.home))]
        : []),
    ],
    onFault,
  })
  // What the gate writes was cleaned there; the rest is what people and agents are called, and say of an incident.
  const log: typeof kept = { ...kept, append: (entry) => kept.append(scrubBriefly(leaks, entry)) }
  const stop = createStopSwitch({
    store,
    clock,
    log,
    file: paths.stopFile,
    mayResume: () => !session.locked(),
  })

  const keychain = createKeychain({
    node: options.node,
    childFile: join(dist, 'broker', 'keychain.child.js'),
    nativeFile: join(dist, 'broker', 'native', 'keytar.node'),
    service: keychainService(paths.data, options.env),
    env: options.env,
    platform: process.platform,
  })
  let secretValues: WatchedValue[] = []
  const watchValues = () => leaks.watch([...secretValues, ...canaries.values()])
  const canaries = createCanaries({
    store,
    keychain,
    log,
    clock,
    alert: (text) => options.emit('alert', { id: newId('alert'), at: clock(), rule: 'canary', text }),
    carried: (agentId, why) => void agents.freeze(agentId, why),
    onValues: watchValues,
  })
  const toolPauses = createToolPauses({ store, log, clock })
  const vault = createVault({
    store,
    keychain,
    clock,
    watch(values) {
      secretValues = values.map(({ name, value }) => ({ what: `secret:${name}`, value }))
      watchValues()
    },
  })
  let keychainSeen: KeychainStatus = { state: 'locked', name: '', text: 'The keychain has not answered yet.' }
  const vaultOpened = options.lasting || options.parent === 'cli' ? vault.open() : vault.status()

  const places = lookUpPlaces({
    platform: platformOf(process.platform),
    home: options.home,
    own: [paths.config, paths.data, paths.runtime],
    searchPath: options.searchPath ?? SEARCH_PATH,
  })
  const policy = openPolicyBook({
    personalFile: join(paths.config, 'policy.jsonc'),
    lastGoodFile: join(paths.data, 'policy.last-good.jsonc'),
    managedFile: options.managed?.file ?? managedPlace(process.platform),
    ...(options.managed ? { managedOwner: options.managed.owner } : {}),
    check: findRuleFaults,
    compile: (sources) => compilePolicy(sources, places),
    watch: options.lasting,
  })
  const settings = createSettings({ store, policies: policy.settings })
  const grants = openGrantBook({ store, clock, newId, home: options.home, onFault })
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
  const group = openLaneGroup()
  const lanes = createLaneStop(group)
  let wasStopped = stop.state().stopped
  stop.onChange(({ stopped }) => {
    if (wasStopped && !stopped) lanes.resumed()
    wasStopped = stopped
  })
  const killListed = createListKiller(lanes.isCounted)
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
    onFault,
  })
  const origins = createOriginTracker(options.home)
  const lane = createIsolateLane({
    node: options.node,
    sandboxEntry: join(dist, 'sandbox', 'main.cjs'),
    strict: () => settings.get().strictSandbox,
    requireOsSandbox: () => settings.get().requireOsSandbox,
    poolSize: 1,
    killTrees: group.works ? killListed : createTreeKiller({ rootsFirst: true }),
    group,
    log: diagnostic.say,
  })
  const searchPath = options.searchPath ?? SEARCH_PATH
  const contained = createContainedPrograms({
    node: options.node,
    childFile: join(dist, 'broker', 'contained.child.js'),
    searchPath,
    killTrees,
    killListed,
    group,
    log: diagnostic.say,
  })
  if (options.lasting) contained.clearUp()
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
    reviewOutside: (principalId: string) =>
      chooseReview({
        agent: agents.get(principalId)?.reviewOutside,
        setting: settings.get().reviewOutside,
        managed: Object.hasOwn(policy.settings().managed, 'reviewOutside'),
      }),
  }
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
  const agents = openAgentBook({ store, log, stop, clock, newId, emit: options.emit })
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
      keychain: () => keychainSeen,
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
  const tellKeychain = (seen: KeychainStatus) => {
    keychainSeen = seen
    options.emit('status', status())
    options.emit('secrets', { secrets: vault.list(), keychain: seen, locked: vault.locked() })
  }
  const whenReady = createWhenReady({ opened: vaultOpened, onFault })
  void vaultOpened.then(tellKeychain, onFault)
  keychain.onRecovered(() => {
    void vault.open().then((seen) => {
      tellKeychain(seen)
      whenReady.ready()
    }, onFault)
  })

  return {
    ...shared,
    options,
    group,
    diagnostic: diagnostic as DiagnosticLog,
    store,
    vault,
    vaultOpened,
    keychain: {
      own: keychain,
      seen: () => keychainSeen,
      /** Runs once the keychain can be used: now, or after it was unlocked. */
      whenReady: whenReady.run,
      async unlock() {
        const seen = await keychain.unlock()
        tellKeychain(seen)
        return seen
      },
      async look() {
        keychainSeen = await vault.status()
        return keychainSeen
      },
    },
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

function platformOf(platform: NodeJS.Platform): 'linux' | 'darwin' | 'win32' {
  return platform === 'darwin' || platform === 'win32' ? platform : 'linux'
}
