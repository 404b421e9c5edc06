/**
 * `npm run bench -- NAME [--json] [words …]`: runs one measurement of this folder. With --json its report is the one
 * object on standard output; without, a table for people. Exit code 1 when a goal is missed, 2 when nothing was run.
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import type { BenchOptions, BenchReport } from './bench-report.ts'

interface Measurement {
  run(options: BenchOptions): Promise<BenchReport>
}

const [name, ...words] = process.argv.slice(2).filter((word) => word !== '--json')
const asJson = process.argv.includes('--json')
const measurement = name && /^[a-z-]+$/.test(name) ? await load(name) : null
if (measurement) await runAndTell(measurement)
else await tellNames()

async function load(wanted: string): Promise<Measurement | null> {
  const file = path.join(import.meta.dirname, `${wanted}.ts`)
  if (!readdirSync(import.meta.dirname).includes(`${wanted}.ts`)) return null
  const module = (await import(pathToFileURL(file).href)) as Partial<Measurement>
  return module.run ? { run: module.run } : null
}

async function runAndTell({ run }: Measurement) {
  const report = await run({ args: words })
  process.stdout.write(asJson ? `${JSON.stringify(report, null, 2)}\n` : inWords(report))
  process.exit(report.goals.every(({ met }) => met) ? 0 : 1)
}

async function tellNames() {
  const names: string[] = []
  for (const file of readdirSync(import.meta.dirname)) {
    const known = file.replace(/\.ts$/, '')
    if (/^[a-z-]+\.ts$/.test(file) && known !== 'main' && (await load(known))) names.push(known)
  }
  process.stderr.write(
    `${name ? `There is no measurement “${name}”. ` : ''}Run one of: ${names.join(', ')}\n`,
  )
  process.exit(2)
}

function inWords({ name: title, versions, rows, goals }: BenchReport): string {
  const lines = [
    `${title} (${Object.entries(versions)
      .map(([part, version]) => `${part} ${version}`)
      .join(', ')})`,
  ]
  for (const { what, ...values } of rows) {
    const shown = Object.entries(values).filter(([, value]) => value !== null)
    lines.push(`  ${what}: ${shown.map(([key, value]) => `${key} ${value}`).join(', ')}`)
  }
  for (const { goal, value, limit, met } of goals)
    lines.push(`  ${met ? '✓' : '✗'} ${goal}: ${value} (limit ${limit})`)
  return `${lines.join('\n')}\n`
}
