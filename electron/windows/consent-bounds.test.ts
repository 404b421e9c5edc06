import { expect, it } from 'vitest'
import { consentBounds } from './consent-bounds.ts'

const SCREEN = { x: 100, y: 24, width: 1366, height: 744 }
/** The lowest point that a title bar leaves for the content's end. */
const END = SCREEN.y + SCREEN.height - 48

it('stands in the upper middle, as high as its content', () => {
  expect(consentBounds({ height: 600, zoom: 1 }, SCREEN, null)).toEqual({
    x: 100 + (1366 - 560) / 2,
    y: 24 + 144 / 3,
    width: 560,
    height: 600,
  })
})

it('never ends below the screen: neither a long question, nor one that grows where it stands', () => {
  for (const height of [300, 600, 690, 2_000]) {
    const first = consentBounds({ height, zoom: 1 }, SCREEN, null)
    expect(first.y + first.height).toBeLessThanOrEqual(END)
    expect(first.y).toBeGreaterThan(SCREEN.y)
    const grown = consentBounds({ height: 2_000, zoom: 1 }, SCREEN, { ...first, zoom: 1 })
    expect(grown.y + grown.height).toBeLessThanOrEqual(END)
    expect(grown.height).toBeGreaterThan(640)
  }
})

it('stays where the person put it, and as wide, while it fits there', () => {
  const put = { x: 700, y: 60, width: 640, height: 400, zoom: 1 }
  expect(consentBounds({ height: 500, zoom: 1 }, SCREEN, put)).toEqual({
    x: 700,
    y: 60,
    width: 640,
    height: 500,
  })
})

it('grows with the text, so that a line holds as much, as far as the screen goes', () => {
  expect(consentBounds({ height: 300, zoom: 1.5 }, SCREEN, null)).toMatchObject({ width: 840, height: 450 })
  expect(consentBounds({ height: 600, zoom: 3 }, SCREEN, null)).toMatchObject({ width: 1_350, height: 680 })
  const before = { x: 500, y: 60, width: 560, height: 400, zoom: 1 }
  const after = consentBounds({ height: 400, zoom: 2 }, SCREEN, before)
  expect(after.width).toBe(1_120)
  expect(after.x + after.width).toBeLessThanOrEqual(SCREEN.x + SCREEN.width)
})
