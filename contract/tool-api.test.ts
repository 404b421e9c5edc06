// The types that authors compile against are written by hand, to stand alone; here they are held to the contract.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from './request.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'sallyport-types-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const here = import.meta.dirname

/** Faults of a program of these sources, compiled as a tool is. */
function compile(source: string): string[] {
  const file = path.join(folder, 'check.ts')
  writeFileSync(file, source)
  const program = ts.createProgram([file, path.join(here, 'tool-api.d.ts')], {
    lib: ['lib.es2024.d.ts'],
    types: [],
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    allowImportingTsExtensions: true,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  })
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

/** What a tool gets of a stream: its head, and the parts in place of its number. */
const PARTS: Record<string, string> = {
  'fs.readStream': headOf('fs.readStream', 'sallyport.fs.readStream'),
  'net.stream': headOf('net.stream', 'sallyport.net.stream'),
  'command.start': `Same<keyof Awaited<ReturnType<typeof sallyport.command.start>>, 'output' | 'wait'>`,
  'fs.writeStream': `Same<Awaited<ReturnType<ReturnType<typeof sallyport.fs.writeStream>['close']>>, OperationResults['fs.writeStream']>`,
}
const ENDS_IN_PARTS = new Set(Object.keys(PARTS))
function headOf(name: string, call: string): string {
  return `Same<Omit<Awaited<ReturnType<typeof ${call}>>, 'body'>, Omit<OperationResults['${name}'], 'stream'>>`
}

const functionOf = (operation: string) => `sallyport.${operation.replace('secret.', 'secrets.')}`

describe('the types for authors', () => {
  it('take what the contract takes and give what it gives, for every operation', () => {
    const checks = Object.keys(OPERATIONS).map((name, index) => {
      const call = functionOf(name)
      // The number of a stream or a stage is the house's own.
      const [input, result] = ENDS_IN_PARTS.has(name)
        ? [`Omit<OperationInput<'${name}'>, 'stage'>`, PARTS[name]]
        : [
            `OperationInput<'${name}'>`,
            `Same<Awaited<ReturnType<typeof ${call}>>, OperationResults['${name}']>`,
          ]
      const args =
        name === 'clipboard.read'
          ? ''
          : `const _a${index}: Same<Parameters<typeof ${call}>[0], ${input}> = true`
      return `${args}\nconst _r${index}: ${result} = true`
    })
    const faults = compile(`
      import type { OperationInput, OperationResults } from '${path.join(here, 'request.ts')}'
      type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never
      ${checks.join('\n')}
    `)
    expect(faults).toEqual([])
  })

  it('stand alone, and let a tool be written', () => {
    expect(
      compile(`
        export async function run({ path }: { path: string }) {
          const controller = new AbortController()
          try {
            const { data } = await sallyport.fs.readFile({ path, encoding: 'utf8' })
            const response = await fetch(new URL('/x', 'https://a.b'), { method: 'POST', body: new TextEncoder().encode(data), signal: controller.signal })
            console.log(response.ok, await response.json(), crypto.randomUUID())
          } catch (error) {
            if (error instanceof sallyport.SallyportError) return { code: error.code, kind: error.kind }
            throw error
          }
        }
      `),
    ).toEqual([])
  })

  it('refuse what is not there', () => {
    for (const line of [
      'process.exit()',
      'sallyport.fs.chmod({})',
      'sallyport.fs.readFile({})',
      'sallyport.fs.readFile({ path: "/", mode: 1 })',
      'new WebSocket("")',
      'sallyport.fs = 1',
      'require("fs")',
    ])
      expect(compile(line).length, line).toBeGreaterThan(0)
  })
})
