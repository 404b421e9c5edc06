import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')

function readTokens(block: string, side: 'light' | 'dark'): Map<string, string> {
  const tokens = new Map<string, string>()
  for (const [, name, light, dark] of block.matchAll(/--([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\)/g)) {
    tokens.set(name ?? '', (side === 'light' ? light : dark) ?? '')
  }
  return tokens
}

function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

const surfaces = ['bg', 'side', 'card', 'raised', 'sunken', 'hover', 'accent-soft']
const pairs: [string, string][] = [
  ...['ink', 'ink-2', 'ink-3', 'accent'].flatMap((ink) => surfaces.map((on): [string, string] => [ink, on])),
  ...['allow', 'ask', 'deny', 'stop'].flatMap((ink) =>
    ['bg', 'card', 'raised', 'hover'].map((on): [string, string] => [ink, on]),
  ),
  ['allow', 'allow-soft'],
  ['ask', 'ask-soft'],
  ['deny', 'deny-soft'],
  ['stop', 'deny-soft'],
  ['ink', 'ask-soft'],
  ['ink-2', 'ask-soft'],
  ['ink', 'allow-soft'],
  ['ink', 'deny-soft'],
  ['on-ink', 'ink'],
]

const [plain = '', more = ''] = css.split('@media (prefers-contrast: more)')

describe.each(['light', 'dark'] as const)('in %s', (side) => {
  const tokens = readTokens(plain, side)
  it.each(pairs)('%s on %s can be read: 4.5 to 1', (ink, on) => {
    expect(contrast(tokens.get(ink) ?? '', tokens.get(on) ?? '')).toBeGreaterThanOrEqual(4.5)
  })
  it('white on the stop fill can be read', () => {
    expect(contrast('#ffffff', tokens.get('stop-fill') ?? '')).toBeGreaterThanOrEqual(4.5)
  })
  it('more contrast, when asked for, is more: 7 to 1', () => {
    const strong = new Map([...tokens, ...readTokens(more, side)])
    for (const ink of ['ink-2', 'ink-3', 'accent', 'allow', 'ask', 'deny'])
      expect(contrast(strong.get(ink) ?? '', strong.get('card') ?? ''), ink).toBeGreaterThanOrEqual(7)
  })
})
