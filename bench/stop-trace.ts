/**
 * For `bench stop --trace`: what happened in one try, in milliseconds from the request, so that the last effect of a
 * slow one has a cause: which effect it was, when the lanes' control group stood still and when it was empty, and when
 * each kind of process had ended. It looks by notices of the kernel, not all the time: looking takes the processor.
 */
import { type FSWatcher, readFileSync, watch } from 'node:fs'
import path from 'node:path'
import { hasEnded, readProcess } from '../broker/stop/process-table.ts'
import { laneGroupOf } from '../contract/lane-group.ts'
import type { Shell } from './stop-scene.ts'
import type { Effect } from './upload-peer.ts'

export interface Trace {
  /** `what at`, in order. */
  end(effects: Effect[]): string
}

const LOOK_MS = 2

/** @param startMs the request, epoch milliseconds */
export function traceTry(startMs: number, shell: Shell, broker: number): Trace {
  const notes: { what: string; ms: number }[] = []
  const note = (what: string, at = Date.now()) => notes.push({ what, ms: at - startMs })
  const events = eventsOf(broker)
  let watcher: FSWatcher | null = null
  let told = ''
  const look = () => {
    const now = textOf(events ?? '')
      .replace(/\s+/g, ' ')
      .trim()
    if (now !== told && told !== '') note(now === '' ? 'group gone' : `group ${now}`)
    told = now
  }
  if (events !== null) {
    look()
    watcher = watch(events, look).on('error', () => {})
  }
  // As the broker and whoever waits with it hear of it.
  const onClose = () => note('pipes of the shell closed')
  shell.once('disconnect', onClose)
  const left = Object.entries({ shell: shell.pid, broker }).map(([name, pid]) => ({
    name,
    pid,
    facts: readProcess(pid),
  }))
  const timer = setInterval(() => {
    for (const each of left.splice(0))
      if (each.facts === null || hasEnded(each.pid, each.facts)) note(`${each.name} ended`)
      else left.push(each)
  }, LOOK_MS)
  return {
    end(effects) {
      clearInterval(timer)
      watcher?.close()
      shell.removeListener('disconnect', onClose)
      const late = effects.map(({ what, at }) => ({ what, ms: at - startMs }))
      const all = [...notes, ...late].sort((a, b) => a.ms - b.ms)
      return all.map(({ what, ms }) => `${what} ${Math.round(ms)}`).join(', ')
    },
  }
}

function eventsOf(broker: number): string | null {
  const group = laneGroupOf(broker, textOf(`/proc/${broker}/cgroup`), textOf('/proc/self/mountinfo'))
  return group && path.join(group, 'cgroup.events')
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
