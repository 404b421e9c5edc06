import type { Lamps as LampState } from '../../contract/origin.ts'

const LAMPS: { key: keyof LampState; on: string; off: string }[] = [
  { key: 'outside', on: 'has read outside text', off: 'has read no outside text' },
  { key: 'private', on: 'holds private data', off: 'holds no private data' },
  { key: 'send', on: 'can send out', off: 'can’t send out' },
]

/** The three lamps in words: "has read outside text, holds private data, can’t send out". */
export function describeLamps(lamps: LampState): string {
  return LAMPS.map(({ key, on, off }) => (lamps[key] ? on : off)).join(', ')
}

/** The same three dots in a row, in a run and in a question. */
export function Lamps({ lamps }: { lamps: LampState }) {
  const words = describeLamps(lamps)
  return (
    <span className="lamps" role="img" aria-label={words} title={words}>
      {LAMPS.map(({ key }) => (
        <i key={key} className={lamps[key] ? 'lamp on' : 'lamp'} />
      ))}
    </span>
  )
}

/** Dots with their words beside them, for places with room. */
export function WordedLamps({ lamps }: { lamps: LampState }) {
  return (
    <span className="lamps-worded">
      {LAMPS.map(({ key, on, off }) => (
        <span key={key} className={lamps[key] ? 'on' : ''}>
          <i className={lamps[key] ? 'lamp on' : 'lamp'} />
          {lamps[key] ? on : off}
        </span>
      ))}
    </span>
  )
}
