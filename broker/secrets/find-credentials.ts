/**
 * Unknown credentials in a text: our rules, each tried where one of its marks stands, and @secretlint's preset once it
 * is loaded, each of its rules run when one of its marks stands anywhere.
 */
import type { LeakHit } from '../ports.ts'
import type { CredentialRule } from './credential-rule.ts'
import { CREDENTIAL_RULES } from './credential-rules.ts'
import { indexMarks, type MarkIndex } from './mark-index.ts'
import { NO_PACE, type Pace } from './pace.ts'
import { loadPreset, type PresetRule } from './preset-rules.ts'
import { Tries } from './tries.ts'

export interface CredentialFinder {
  find(text: string, pace?: Pace): LeakHit[]
  /** Resolves when the preset is loaded too. The first look into a text has it loaded soon, by itself. */
  ready(): Promise<void>
}

/** Loading costs some twenty milliseconds of this thread: not in the moment in which something was asked. */
const SOON_MS = 100

/** `onFault` is told when the preset could not be loaded for a look; the next one tries again. */
export function createCredentialFinder(
  load: typeof loadPreset = loadPreset,
  onFault: (error: unknown) => void = () => {},
): CredentialFinder {
  const own = CREDENTIAL_RULES.map(({ marks }) => marks)
  let preset: readonly PresetRule[] = []
  /** Rules of the preset whose marks nobody wrote down: run on every text. */
  let unmarked: readonly PresetRule[] = []
  let index: MarkIndex = indexMarks(own)
  let loading: Promise<void> | null = null
  let asked = false

  function ready(): Promise<void> {
    loading ??= load().then(take, (error: unknown) => {
      loading = null
      throw error
    })
    return loading
  }
  function take(rules: PresetRule[]): void {
    preset = rules.filter(({ marks }) => marks.length > 0)
    unmarked = rules.filter(({ marks }) => marks.length === 0)
    index = indexMarks([...own, ...preset.map(({ marks }) => marks)])
  }
  function readySoon(): void {
    if (asked) return
    asked = true
    const load = () => ready().catch(onFault)
    setTimeout(() => {
      asked = false
      void load()
    }, SOON_MS).unref()
  }

  return {
    ready,
    find(text, pace = NO_PACE) {
      if (loading === null) readySoon()
      const hits: LeakHit[] = []
      const wanted = new Set<PresetRule>()
      const tries: Tries[] = []
      index.each(text, (group, at) => {
        pace.look()
        const rule = CREDENTIAL_RULES[group]
        if (!rule) return void wanted.add(preset[group - CREDENTIAL_RULES.length] as PresetRule)
        tries[group] ??= new Tries()
        if (tries[group].isNew(text, at, rule)) tryAt(text, at, rule, hits, tries[group])
      })
      for (const rule of [...wanted, ...unmarked]) {
        pace.look()
        for (const hit of rule.find(text)) hits.push(hit)
      }
      return hits
    },
  }
}

function tryAt(text: string, at: number, rule: CredentialRule, hits: LeakHit[], tries: Tries): void {
  const { what, shape, back, check } = rule
  shape.lastIndex = at
  const match = shape.exec(text)
  if (!match) return
  tries.reached(at + match[0].length)
  const value = match.groups?.value ?? match[0]
  const end = at + (match.groups?.value ? match[0].lastIndexOf(value) : 0) + value.length
  let start = end - value.length
  if (back) while (start > 0 && back.test(text.charAt(start - 1))) start--
  if (check && !check(text.slice(start, end))) return
  hits.push({ what, start, end })
}
