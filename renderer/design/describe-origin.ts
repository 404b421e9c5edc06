import type { Origin } from '../../contract/origin.ts'
import { format } from './format.ts'

const WORDS: Record<Origin['kind'], string> = {
  person: 'you typed it',
  own: 'your own data',
  outside: 'from outside',
  model: 'made by the model',
}

/** "from outside", "invoice.html", "2 min ago": the parts of an origin in plain words; empty where there is nothing to say. */
export function describeOrigin(origin: Origin, now: number): { words: string; source: string; when: string } {
  const named = origin.kind === 'outside' || origin.kind === 'own'
  return {
    words: WORDS[origin.kind],
    source: named ? origin.source : '',
    when: origin.at !== undefined && named ? format.since(origin.at, now) : '',
  }
}
