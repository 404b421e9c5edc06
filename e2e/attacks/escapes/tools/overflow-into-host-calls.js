// Uses up the stack and calls into the child from its last frame, for an error made out there.
// ends: ok
import { climb } from '../kit.js'

export const main = async () => {
  const taken = []
  const calls = [
    () => crypto.randomUUID(),
    () => new URL('https://a.b'),
    () => console.log('x'),
    () => setTimeout(() => {}, 1),
    () => URL.canParse('x', 'https://a.b'),
  ]
  for (const call of calls) {
    const dive = () => {
      try {
        dive()
      } catch {
        try {
          call()
        } catch (error) {
          if (taken.length < 50) taken.push(error)
        }
      }
    }
    try {
      dive()
    } catch {}
  }
  return {
    escaped: taken.flatMap((error) => [
      ...climb(error, 2),
      ...(/file:|\/sandbox|node:/.test(String(error?.stack)) ? [error.stack] : []),
      ...(error instanceof Error ? [] : ['another realm']),
    ]),
  }
}
