/** What a run has read (own unless said), its person's words, and one call: is it backed? */
import type { Json } from '../../../contract/words.ts'
import { type Judgement, judgeEffect } from '../judge-effect.ts'
import { readPersonWords } from '../person-words.ts'
import { createRunReads } from '../run-reads.ts'

export interface Read {
  value: Json
  /** Pointers to what is outside in it. */
  outside?: string[]
  whole?: 'own' | 'outside'
  call?: { name: string; input: Json }
}

export function judgeAfter(
  said: string,
  reads: Read[],
  name: string,
  input: Json,
  more: { needsVerb?: boolean; fetches?: boolean } = {},
): Judgement {
  const run = createRunReads()
  for (const { value, outside = [], whole = 'own', call } of reads)
    run.note(
      value,
      [
        { field: '', origin: { kind: whole, source: 'a tool' } },
        ...outside.map((field) => ({ field, origin: { kind: 'outside' as const, source: 'somebody' } })),
      ],
      call,
    )
  return judgeEffect(readPersonWords(said), run.index(), { name, input, ...more })
}

/** Text from outside, so that anything must be judged at all. */
export const letter = (body: string): Read => ({ value: { from: 'eve@evil.test', body }, whole: 'outside' })
