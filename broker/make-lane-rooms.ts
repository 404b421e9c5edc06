/** Where tools and programs run, and how all of it is held still and ended. */
import { join } from 'node:path'
import { createContainedPrograms } from './lanes/contained/contained-programs.ts'
import { createIsolateLane } from './lanes/isolate-lane.ts'
import { openLaneGroup } from './lanes/lane-group.ts'
import { createLaneStop } from './lanes/lane-stop.ts'
import type { RecordRooms } from './make-record-rooms.ts'
import type { BrokerOptions } from './make-rooms.ts'
import type { RuleRooms } from './make-rule-rooms.ts'
import type { StopSwitch } from './ports.ts'
import { createListKiller, createTreeKiller, killTrees } from './stop/kill-tree.ts'

interface LaneParts extends Pick<RecordRooms, 'diagnostic'>, Pick<RuleRooms, 'settings'> {
  options: BrokerOptions
  stop: StopSwitch
  searchPath: string
}

export function makeLaneRooms({ options, stop, settings, diagnostic, searchPath }: LaneParts) {
  const { dist } = options
  const group = openLaneGroup()
  const lanes = createLaneStop(group)
  let wasStopped = stop.state().stopped
  stop.onChange(({ stopped }) => {
    if (wasStopped && !stopped) lanes.resumed()
    wasStopped = stopped
  })
  const killListed = createListKiller(lanes.isCounted)
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
  return { group, lanes, lane, contained }
}
