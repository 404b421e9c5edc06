/** Ten thousand runs in which requests come, change, go and are answered in any order, also by answers that were never honest. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import type { Question } from '../../contract/consent.ts'
import { sha256 } from './make-question.ts'
import { answerTo, openDesk, request, write } from './testing/asking.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Mostly the newest version; now and then one that has gone. */
const version = fc.constantFrom(0, 0, 0, 0, 1, 2, 4)

const step = fc.oneof(
  fc.record({ do: fc.constant('ask' as const), which: fc.nat(3) }),
  fc.record({ do: fc.constant('cancel' as const), which: fc.nat(5) }),
  fc.record({ do: fc.constant('show' as const), version }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 100, 250, 499, 500, 700, 700, 900) }),
  fc.constant({ do: 'look' as const }),
  fc.record({
    do: fc.constant('allow' as const),
    version,
    scope: fc.constantFrom('once' as const, 'run' as const),
  }),
  fc.record({ do: fc.constant('deny' as const), version }),
  fc.record({ do: fc.constant('window' as const), there: fc.boolean() }),
)

/** What the request of a line was bound to: the line says it whole. */
const bindingsOf = (question: Question) => question.exact.map(({ text }) => text)
const boundTo = (question: Question) => {
  const bindings = bindingsOf(question)
  return sha256(bindings.length === 1 ? (bindings[0] ?? '') : JSON.stringify(bindings))
}

it('only what was on the window, whole and long enough, is ever let through, in 10,000 racing runs', async () => {
  let allowed = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 28 }), async (steps) => {
      const { desk } = openDesk()
      const seen: Question[] = []
      desk.onChange((questions) => seen.push(...questions))
      /** Each hash that was drawn, with the time, and what it was bound to. */
      const drawn = new Map<string, { at: number; binding: string | undefined }>()
      const asked: { binding: string; cancel: AbortController; allowed: boolean }[] = []
      const at = (pick: number) => seen[seen.length - 1 - pick]
      for (const each of steps) {
        switch (each.do) {
          case 'ask': {
            const cancel = new AbortController()
            const binding = JSON.stringify([write(`/home/ada/work/${each.which}`)])
            const mine = { binding, cancel, allowed: false }
            asked.push(mine)
            void desk
              .ask(
                request(write(`/home/ada/work/${each.which}`), {
                  context: { signal: cancel.signal },
                  prepared: { binding },
                }),
              )
              .then(({ kind }) => {
                mine.allowed = kind === 'allow'
              })
            break
          }
          case 'cancel':
            asked[each.which]?.cancel.abort()
            break
          case 'show': {
            const question = at(each.version)
            if (!question) break
            const head = desk.pending()[0]
            desk.shown(question.id, question.hash)
            if (head?.id === question.id && head.hash === question.hash && !drawn.has(question.hash))
              drawn.set(question.hash, { at: Date.now(), binding: question.binding })
            break
          }
          case 'look': {
            // An honest window: draws what is first, and leaves it standing.
            const head = desk.pending()[0]
            if (!head) break
            desk.shown(head.id, head.hash)
            if (!drawn.has(head.hash)) drawn.set(head.hash, { at: Date.now(), binding: head.binding })
            vi.advanceTimersByTime(500)
            break
          }
          case 'wait':
            vi.advanceTimersByTime(each.ms)
            break
          case 'allow': {
            const question = at(each.version)
            const before = asked.filter((one) => one.allowed)
            const { accepted } = desk.answer(answerTo(question, { scope: each.scope }), 'you')
            await null
            await null
            const released = asked.filter((one) => one.allowed && !before.includes(one))
            if (!accepted || !question) {
              expect(released).toEqual([])
              break
            }
            // Whatever goes through for this once stood, line by line, in what was drawn.
            if (each.scope === 'once')
              for (const one of released) expect(bindingsOf(question)).toContain(one.binding)
            allowed += 1
            const shown = drawn.get(question.hash)
            expect(shown).toBeDefined()
            expect(Date.now() - (shown?.at ?? 0)).toBeGreaterThanOrEqual(500)
            expect(shown?.binding).toBe(question.binding)
            expect(boundTo(question)).toBe(question.binding)
            for (const text of bindingsOf(question))
              expect(asked.some(({ binding, cancel }) => binding === text && !cancel.signal.aborted)).toBe(
                true,
              )
            break
          }
          case 'deny':
            desk.answer(answerTo(at(each.version), { answer: 'deny' }), 'you')
            break
          case 'window':
            desk.setSurface(each.there)
            break
        }
      }
      for (const question of desk.pending()) expect(boundTo(question)).toBe(question.binding)
    }),
    runs(10_000),
  )
  // The runs are no empty talk: in many of them something is honestly allowed.
  expect(allowed).toBeGreaterThan(100)
})
