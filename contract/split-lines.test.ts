import { describe, expect, it } from 'vitest'
import { fc } from '../build/properties.ts'
import { createLineSplitter } from './split-lines.ts'

function split(chunks: string[], maxLine = 1000) {
  const lines: string[] = []
  let tooLong = 0
  const splitter = createLineSplitter({
    maxLine,
    onLine: (line) => lines.push(line),
    onTooLong: () => {
      tooLong += 1
    },
  })
  for (const chunk of chunks) splitter.push(chunk)
  return { lines, tooLong }
}

describe('lines from a pipe', () => {
  it('come out the same however the text was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.nat(20)), (lines, cuts) => {
        const clean = lines.map((line) => line.replaceAll('\n', '')).filter(Boolean)
        const text = clean.map((line) => `${line}\n`).join('')
        const chunks: string[] = []
        let at = 0
        for (const cut of cuts) {
          chunks.push(text.slice(at, at + cut))
          at += cut
        }
        chunks.push(text.slice(at))
        expect(split(chunks).lines).toEqual(clean)
      }),
    )
  })

  it('are not cut at a line separator inside of JSON', () => {
    expect(split(['"a\u2028b\u2029c\r"\n']).lines).toEqual(['"a\u2028b\u2029c\r"'])
  })

  it('stop for good at one that is too long, told once', () => {
    const { lines, tooLong } = split(['ok\n', 'x'.repeat(6), 'y'.repeat(6), '\nlater\n'], 10)
    expect(lines).toEqual(['ok'])
    expect(tooLong).toBe(1)
  })

  it('that are too long can be skipped one by one, however they are cut', () => {
    const text = `a\n${'x'.repeat(2000)}\nb\n${'y'.repeat(5000)}z\n\nc\n`
    for (const size of [1, 7, 999, 1001, text.length]) {
      const lines: string[] = []
      const long: string[] = []
      const splitter = createLineSplitter({
        maxLine: 1000,
        onLine: (line) => lines.push(line),
        onTooLong(beginning) {
          long.push(beginning.slice(0, 3))
          return true
        },
      })
      for (let at = 0; at < text.length; at += size) splitter.push(text.slice(at, at + size))
      expect([lines, long], String(size)).toEqual([
        ['a', 'b', 'c'],
        ['xxx', 'yyy'],
      ])
    }
  })
})
