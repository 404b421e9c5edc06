/** The alert rules as a person reads and mutes them. Their words are the broker's; a test holds them together. */
export const ALERTS: { id: string; title: string; words: string }[] = [
  {
    id: 'new-host-after-outside-text',
    title: 'A new host after outside text',
    words: 'An agent that has read text from outside tries to reach a host that it never reached before.',
  },
  {
    id: 'burst-of-denials',
    title: 'A burst of denials',
    words: 'One agent is refused 10 times within a minute.',
  },
  {
    id: 'unusual-volume-out',
    title: 'An unusual volume going out',
    words: 'One agent sends more than 25 MB within ten minutes.',
  },
  {
    id: 'secret-used-by-new-tool',
    title: 'A secret used by a new tool',
    words:
      'A secret that one tool has used before is used by another tool, or by that tool after its code has changed.',
  },
  {
    id: 'work-while-locked',
    title: 'Work while the screen is locked',
    words:
      'An agent changes or sends something while the screen is locked; told at most once in ten minutes for each.',
  },
  {
    id: 'chain-broken',
    title: 'The record was changed',
    words:
      'A verification of the log finds an entry that is not as it was written, or a seal that is missing.',
  },
  {
    id: 'sandbox-weaker',
    title: 'The sandbox is weaker than before',
    words: 'The operating system’s sandbox around tools was there at an earlier start, and is missing now.',
  },
  {
    id: 'collector-behind',
    title: 'The collector misses entries',
    words:
      'The collector that you named is more than 100,000 entries behind, or does not take an entry: what is older, or refused, is not sent to it.',
  },
  {
    id: 'drill-due',
    title: 'Time for a drill',
    words: 'Stop was not tried for a month: neither in a drill nor in earnest.',
  },
]

/** The muted list with one rule switched; what this page doesn't know stays muted. */
export function setMuted(muted: readonly string[], id: string, on: boolean): string[] {
  const others = muted.filter((other) => other !== id)
  return on ? [...others, id] : others
}

/** These can't be muted: the one is about something that was done, the other about what was asked of you. */
export const ALWAYS_TOLD: typeof ALERTS = [
  {
    id: 'canary',
    title: 'A tool is frozen',
    words:
      'The fake credential that a tool was given turned up on its way out: only that tool had it, so it is held until you have looked.',
  },
  {
    id: 'away',
    title: 'While you were away',
    words:
      'Questions came while the screen was locked: how many wait for you, and how many ran out of time, which is a no.',
  },
]

/** What an alert is called where it is told. */
export function alertTitle(rule: string): string {
  return [...ALERTS, ...ALWAYS_TOLD].find(({ id }) => id === rule)?.title ?? 'Sallyport'
}
