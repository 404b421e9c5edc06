// `npm test`: everything, from a fresh clone. Needs Node ≥ 20, nothing installed. One line for each step; output only
// where something failed; the last line is the sum.
//
//   npm test -- --only types,unit     these steps only (types, lint, walls, unused, build, unit, e2e)
//   npm test -- --grep "allow once"   only the end-to-end tests whose name matches
//   npm run test:deep                 the property tests, each twenty times as long (SALLYPORT_DEEP: how many times)
import process from 'node:process'
import { fail, PlainError, say, step } from './say.mjs'
import { setUp } from './set-up.mjs'
import { ensureSystemPackages } from './system-packages.mjs'
import { testSteps } from './test-steps.mjs'

function readOptions(words) {
  const optionOf = (name) => {
    const at = words.indexOf(name)
    return at < 0 ? undefined : words[at + 1]
  }
  const grep = optionOf('--grep')
  const names = testSteps.map(({ name }) => name)
  const deep = words.includes('--deep')
  if (deep) process.env.SALLYPORT_DEEP ||= '20'
  const only = optionOf('--only')?.split(',') ?? (deep ? ['unit'] : grep ? ['build', 'e2e'] : names)
  const unknown = only.filter((name) => !names.includes(name))
  if (unknown.length > 0)
    throw new PlainError(`There is no step ${unknown.join(', ')}. Steps: ${names.join(', ')}`)
  return { only, grep }
}

async function runStep({ name, title, run }, options) {
  const result = { passed: 0, failed: 0, report: [] }
  await step(title, async () => {
    Object.assign(result, await run(options))
    if (result.failed > 0) throw new PlainError(`${name} failed`)
    return result.detail
  }).catch((error) => {
    if (result.failed === 0) {
      result.failed = 1
      result.report.push(error instanceof PlainError ? error.message : String(error?.stack ?? error))
    }
    for (const text of result.report) say(text.replace(/^/gm, '    '))
  })
  return result
}

async function test() {
  const options = readOptions(process.argv.slice(2))
  if (options.only.includes('e2e')) await ensureSystemPackages()
  await setUp()
  let passed = 0
  let failed = 0
  for (const each of testSteps.filter(({ name }) => options.only.includes(name))) {
    const result = await runStep(each, options)
    passed += result.passed
    failed += result.failed
  }
  say(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

await test().catch(fail)
