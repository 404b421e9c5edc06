// The steps of `npm test`. Each returns how many of its tests or checks passed and failed, and a report of the
// failures that names the test.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { inRoot, pinnedEnvironment, pinnedNode, root } from './project.mjs'
import { runBuild } from './run-build.mjs'
import { runCommand } from './run-command.mjs'
import { say } from './say.mjs'

const MINUTE = 60_000
const typeProjects = [
  '.',
  'contract',
  'broker',
  'sandbox',
  'sandbox/endowments',
  'electron',
  'renderer',
  'cli',
  'parents',
  'tools',
]

// A program of node_modules, on the pinned Node whatever its first line says.
const runTool = (file, args, limitMs, extra = {}) =>
  runCommand(pinnedNode(), [inRoot('node_modules', file), ...args], {
    cwd: root,
    env: pinnedEnvironment({ FORCE_COLOR: '0', NO_COLOR: '1', ...extra.env }),
    limitMs,
    onLine: extra.onLine,
  })

const oneCheck = ({ code, output, timedOut }) =>
  code === 0
    ? { passed: 1, failed: 0, report: [] }
    : { passed: 0, failed: 1, report: [timedOut ? `${output.trim()}\n(it ran out of time)` : output.trim()] }

async function checkTypes() {
  const queue = [...typeProjects]
  const results = []
  const worker = async () => {
    for (let project = queue.shift(); project; project = queue.shift()) {
      results.push(oneCheck(await runTool('typescript/bin/tsc', ['--noEmit', '-p', project], 20 * MINUTE)))
    }
  }
  await Promise.all([worker(), worker()])
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  const lines = new Set(results.flatMap(({ report }) => report).flatMap((text) => text.split('\n')))
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    report: lines.size > 0 ? [[...lines].join('\n')] : [],
    detail: `${typeProjects.length} projects`,
  }
}

const lint = async () =>
  oneCheck(
    await runTool(
      '@biomejs/biome/bin/biome',
      ['ci', '--colors=off', '--error-on-warnings', '--max-diagnostics=20', '.'],
      10 * MINUTE,
    ),
  )

async function checkWalls() {
  const args = [inRoot('scripts', 'check-walls.mjs')]
  const result = await runCommand(pinnedNode(), args, {
    cwd: root,
    env: pinnedEnvironment(),
    limitMs: 10 * MINUTE,
  })
  return { ...oneCheck(result), detail: result.output.trim().split('\n').at(-1).replace(/\.$/, '') }
}

const findUnused = async () => oneCheck(await runTool('knip/bin/knip.js', ['--no-progress'], 10 * MINUTE))

async function buildAll() {
  const detail = await runBuild()
  return { passed: 1, failed: 0, report: [], detail }
}

// Runs a test program that writes its results as JSON to a file, and reads them; none means it broke down.
async function withResults(run, read) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sallyport-test-'))
  const file = path.join(folder, 'results.json')
  try {
    const result = await run(file)
    let results
    try {
      results = JSON.parse(readFileSync(file, 'utf8'))
    } catch {
      return { passed: 0, failed: 1, report: [`no results were written\n${result.output.trim()}`] }
    }
    const counted = read(results, result.output)
    if (result.code !== 0 && counted.failed === 0) {
      const why = result.timedOut ? 'it ran out of time' : `it ended with code ${result.code}`
      return { ...counted, failed: 1, report: [`${why}\n${result.output.trim()}`] }
    }
    return counted
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function unitTests() {
  return withResults(
    (file) =>
      runTool(
        'vitest/vitest.mjs',
        ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
        45 * MINUTE * Math.max(1, Number(process.env.SALLYPORT_DEEP) || 1),
      ),
    readVitest,
  )
}

function readVitest(results, output) {
  const names = results.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter(({ status }) => status === 'failed')
    return file.status === 'failed' && failed.length === 0
      ? [file.name]
      : failed.map(({ fullName }) => fullName)
  })
  const skipped = results.numPendingTests + (results.numTodoTests ?? 0)
  const retried = results.testResults
    .flatMap((file) => file.assertionResults)
    .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
    .map(({ fullName, failureMessages }) => secondTry(fullName, failureMessages[0]))
  return {
    passed: results.numPassedTests,
    failed: names.length,
    report: [
      ...(names.length > 0
        ? [shorten(output.slice(Math.max(0, output.search(/^.*Failed (Suites|Tests)/m))))]
        : []),
      ...retried,
    ],
    detail: `${results.numPassedTests} tests${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  }
}

/** Passed, but not at once: a defect of the test or of what it tests, and the only trace that is left of it. */
const secondTry = (name, why) => `Passed at the second try: ${name}\n${shorten(why, 12)}`

const REPORT_LINES = 300
function shorten(text, most = REPORT_LINES) {
  const lines = text.trim().split('\n')
  if (lines.length <= most) return lines.join('\n')
  return [...lines.slice(0, most), `… and ${lines.length - most} lines more`].join('\n')
}

function endToEndTests({ grep }) {
  if (process.platform !== 'linux') {
    say('  The end-to-end tests need a Linux desktop that they start themselves; they are left out here.')
    return { passed: 0, failed: 0, report: [], detail: 'left out' }
  }
  const args = ['test', '--reporter=list,json', ...(grep ? ['--grep', grep] : [])]
  return withResults(
    (file) =>
      runTool('@playwright/test/cli.js', args, 60 * MINUTE, {
        env: { PLAYWRIGHT_JSON_OUTPUT_NAME: file },
        onLine: showProgress(),
      }),
    readPlaywright,
  )
}

// A long step says each minute how far it is.
function showProgress() {
  let done = 0
  let last = performance.now()
  return (line) => {
    if (!/^\s*[✓✘-]\s+\d+ /.test(line)) return
    done += 1
    if (performance.now() - last < MINUTE) return
    last = performance.now()
    say(`  … ${done} done, last ${line.trim().replace(/^[✓✘-]\s+\d+\s+/, '')}`)
  }
}

function readPlaywright(results) {
  const report = results.errors.map(({ message }) => message ?? 'an error without words')
  const flaky = []
  const visit = (suite, above) => {
    const where = [...above, suite.title].filter(Boolean)
    for (const spec of suite.specs ?? []) {
      for (const each of spec.tests) {
        const name = [...where, spec.title].join(' › ')
        if (each.status === 'flaky') flaky.push(secondTry(name, describeFailure(each.results[0])))
        if (each.status === 'unexpected') report.push(`${name}\n${describeFailure(each.results.at(-1))}`)
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, where)
  }
  for (const suite of results.suites) visit(suite, [])
  const passed = results.stats.expected + results.stats.flaky
  const notes = [
    `${passed} tests`,
    results.stats.skipped > 0 && `${results.stats.skipped} skipped`,
    flaky.length > 0 && `${flaky.length} at the second try`,
  ]
  return {
    passed,
    failed: report.length,
    report: [...report, ...flaky],
    detail: notes.filter(Boolean).join(', '),
  }
}

const describeFailure = ({ errors }) =>
  errors
    .map(({ message, location }) =>
      [message, location && `at ${path.relative(root, location.file)}:${location.line}`]
        .filter(Boolean)
        .join('\n'),
    )
    .join('\n')

/** In the order in which they run: the fast ones first, and the build before what needs it. */
export const testSteps = [
  { name: 'types', title: 'Types', run: checkTypes },
  { name: 'lint', title: 'Lint', run: lint },
  { name: 'walls', title: 'Import walls', run: checkWalls },
  { name: 'unused', title: 'Unused code', run: findUnused },
  { name: 'build', title: 'Build', run: buildAll },
  { name: 'unit', title: 'Unit and integration tests', run: unitTests },
  { name: 'e2e', title: 'End-to-end tests on real Electron', run: endToEndTests },
]
