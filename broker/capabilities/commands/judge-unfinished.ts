/**
 * What git goes on with when somebody says `--continue`: the list of a rebase can have it run a program, and so can the
 * way in which to merge. Git writes both again and again, so they can't be closed; what a program put there is found
 * when it has ended.
 */
import fs from 'node:fs'
import { textOf } from './judge-repository.ts'

/** Of each such file that is there: its text, null where it is none. */
export type Unfinished = ReadonlyMap<string, string | null>

const PLACES = ['rebase-merge', 'rebase-apply']
  .flatMap((folder) => [`${folder}/git-rebase-todo`, `${folder}/strategy`])
  .concat('sequencer/opts')
const STEPS = new Set(
  'pick p reword r edit e squash s fixup f break b drop d label l reset t merge m update-ref u noop revert'.split(
    ' ',
  ),
)
/** Any other is a program of that name. */
const WAYS = /^(ort|recursive|resolve|octopus|ours|subtree)$/

export function readUnfinished(folder: string): Unfinished {
  const there = new Map<string, string | null>()
  for (const place of PLACES) {
    const stat = fs.lstatSync(`${folder}/${place}`, { throwIfNoEntry: false })
    if (stat) there.set(place, stat.isFile() ? textOf(`${folder}/${place}`) : null)
  }
  return there
}

/** @returns the places of what runs a program, and did not before */
export function judgeUnfinished(folder: string, before: Unfinished | undefined): string[] {
  const found: string[] = []
  for (const [place, text] of readUnfinished(folder)) {
    const known = new Set(before?.get(place)?.split('\n'))
    const isHarmless = lineJudge(place)
    if (text === null || !text.split('\n').every((line) => known.has(line) || isHarmless(line)))
      found.push(`${folder}/${place}`)
  }
  return found
}

function lineJudge(place: string): (line: string) => boolean {
  if (place.endsWith('/strategy')) return (line) => line === '' || WAYS.test(line)
  if (place.endsWith('/opts'))
    return (line) => {
      if (/^\s*(\[options\])?$/.test(line)) return true
      const [, key, value] = /^\t([a-z-]+) = ([^\\]*)$/.exec(line) ?? []
      return key !== undefined && (key !== 'strategy' || WAYS.test(value as string))
    }
  return (line) => {
    const [, step] = /^[ \t]*([A-Za-z][^ \t\r]*)/.exec(line) ?? []
    return step === undefined || STEPS.has(step)
  }
}
