/**
 * The control group of this broker's lanes, where the system lets a user make one (any desktop with systemd does): one
 * write ends all that is in it, before anything is looked up, and nothing that is born meanwhile gets away. Where there
 * is none, processes are ended one by one. A broker that is killed can't write: `warden.ts` does then.
 */
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { brokerOfGroup, GROUP_FREEZE, GROUP_KILL, laneGroupOf } from '../../contract/lane-group.ts'
import { processesBelow } from './contained/process-tree.ts'
import { createWardenAside, startWarden } from './warden.ts'

const REMOVE_MS = 100
const REMOVE_TRIES = 100

export interface LaneGroup {
  /** False where this system has no such groups, or none for this user. */
  readonly works: boolean
  /** Puts a process into it, with all that it has started and whatever it starts from now on. False when it is not in it: `kill` won't end it. */
  take(pid: number): boolean
  /** A group of its own inside of this one. */
  inner(name: string): LaneGroup
  /** Who is in it and below it. */
  members(): number[]
  /** Holds all of them still, or lets them go on. */
  freeze(on: boolean): void
  /** Sends SIGKILL to all of them, at once, and to whoever they start meanwhile. */
  kill(): void
  /** As soon as nobody is in it any more. */
  remove(): void
}

/** Without one: everything else goes on. */
export const noGroup: LaneGroup = {
  works: false,
  take: () => false,
  inner: () => noGroup,
  members: () => [],
  freeze() {},
  kill() {},
  remove() {},
}

export function openLaneGroup(pid: number = process.pid): LaneGroup {
  const folder = process.platform === 'linux' ? placeOf(pid) : null
  if (folder === null) return noGroup
  clearOld(path.dirname(folder))
  const group = makeGroup(folder)
  if (!group.works) return noGroup
  let warden: ChildProcess | null = null
  const aside = createWardenAside(folder)
  return {
    ...group,
    take(member) {
      warden ??= startWarden(folder)
      return group.take(member)
    },
    inner(name) {
      warden ??= startWarden(folder)
      const inner = group.inner(name)
      const letGo = aside.want()
      return {
        ...inner,
        remove() {
          letGo()
          inner.remove()
        },
      }
    },
    remove() {
      // Not later either: the next one of this process would have the same name.
      removeGroup(folder)
      aside.close()
      warden?.kill('SIGKILL')
      warden = null
    },
  }
}

function makeGroup(folder: string): LaneGroup {
  const file = (name: string) => path.join(folder, name)
  if (!attempt(() => mkdirSync(folder)) && !existsSync(folder)) return noGroup
  if (!existsSync(file(GROUP_KILL))) {
    attempt(() => rmdirSync(folder))
    return noGroup
  }
  const freeze = (on: boolean) => void attempt(() => writeFileSync(file(GROUP_FREEZE), on ? '1' : '0'))
  return {
    works: true,
    take(pid) {
      const taken = attempt(() => writeFileSync(file('cgroup.procs'), String(pid)))
      // Whom it had started before that are none of the group's. From here on nobody is born outside.
      if (taken)
        for (const below of processesBelow(pid))
          attempt(() => writeFileSync(file('cgroup.procs'), String(below)))
      return taken
    },
    inner: (name) => makeGroup(file(name)),
    members: () => membersOf(folder),
    freeze,
    kill() {
      attempt(() => writeFileSync(file(GROUP_KILL), '1'))
      // They die all the same, and who is put into it after this must not stand still.
      freeze(false)
    },
    remove: () => removeSoon(folder),
  }
}

function placeOf(pid: number): string | null {
  const text = (file: string) => readFileSync(file, 'utf8')
  try {
    return laneGroupOf(pid, text(`/proc/${pid}/cgroup`), text('/proc/self/mountinfo'))
  } catch {
    return null
  }
}

/** Itself and below. */
function membersOf(folder: string): number[] {
  const own = (): number[] => {
    try {
      const lines = readFileSync(path.join(folder, 'cgroup.procs'), 'utf8').split('\n')
      // Zero stands for a process that can't be seen from here.
      return lines.map(Number).filter((pid) => pid > 0)
    } catch {
      return []
    }
  }
  return [...own(), ...foldersIn(folder).flatMap(membersOf)]
}

/** Who was killed is in it until the system has done with it, and each that is left makes Stop look at one more. */
function removeSoon(folder: string, tries = REMOVE_TRIES): void {
  removeGroup(folder)
  if (tries > 1 && existsSync(folder)) setTimeout(() => removeSoon(folder, tries - 1), REMOVE_MS).unref()
}

function removeGroup(folder: string): void {
  for (const each of foldersIn(folder)) removeGroup(each)
  attempt(() => rmdirSync(folder))
}

/** What brokers left that could not clear up. */
function clearOld(parent: string): void {
  for (const folder of foldersIn(parent)) {
    const pid = brokerOfGroup(path.basename(folder))
    if (pid === null || existsSync(`/proc/${pid}`)) continue
    attempt(() => writeFileSync(path.join(folder, GROUP_KILL), '1'))
    removeGroup(folder)
  }
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(folder, name))
  } catch {
    return []
  }
}

function attempt(act: () => void): boolean {
  try {
    act()
    return true
  } catch {
    return false
  }
}
