/**
 * Unknown credentials in a text: our rules, each tried where one of its marks stands, and @secretlint's preset once it
 * is loaded, each of its rules run when one of its marks stands anywhere.
 */
import type { LeakHit } from '../ports.ts'
import type { CredentialRule } from './credential-rule.ts'
import { CREDENTIAL_RULES } from './credential-rules.ts'
import { indexMarks, type MarkIndex } from './mark-index.ts'
import { loadPreset, type PresetRule } from './preset-rules.ts'

export interface CredentialFinder {
  find(text: string): LeakHit[]
  /** Resolves when the preset is loaded too. */
  ready(): Promise<void>
}

export function createCredentialFinder(load: typeof loadPreset = loadPreset): CredentialFinder {
  const own = CREDENTIAL_RULES.map(({ marks }) => marks)
  let preset: readonly PresetRule[] = []
  /** Rules of the preset whose marks nobody wrote down: run on every text. */
  let unmarked: readonly PresetRule[] = []
  let index: MarkIndex = indexMarks(own)
  let loading: Promise<void> | null = null

  return {
    ready() {
      loading ??= load().then((rules) => {
        preset = rules.filter(({ marks }) => marks.length > 0)
        unmarked = rules.filter(({ marks }) => marks.length === 0)
        index = indexMarks([...own, ...preset.map(({ marks }) => marks)])
      })
      return loading
    },
    find(text) {
      const hits: LeakHit[] = []
      const wanted = new Set<PresetRule>()
      index.each(text, (group, at) => {
        const rule = CREDENTIAL_RULES[group]
        if (rule) tryAt(text, at, rule, hits)
        else wanted.add(preset[group - CREDENTIAL_RULES.length] as PresetRule)
      })
      for (const rule of wanted) hits.push(...rule.find(text))
      for (const rule of unmarked) hits.push(...rule.find(text))
      return hits
    },
  }
}

function tryAt(
  text: string,
  at: number,
  { what, shape, back, check }: CredentialRule,
  hits: LeakHit[],
): void {
  shape.lastIndex = at
  const match = shape.exec(text)
  if (!match) return
  const value = match.groups?.value ?? match[0]
  const end = at + (match.groups?.value ? match[0].lastIndexOf(value) : 0) + value.length
  let start = end - value.length
  if (back) while (start > 0 && back.test(text.charAt(start - 1))) start--
  if (check && !check(text.slice(start, end))) return
  hits.push({ what, start, end })
}
