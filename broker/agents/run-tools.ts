/** The tools of one agent under the names that a model calls them by. */
import type { Perimeter } from '../../contract/perimeter.ts'
import type { Catalog, InstalledTool, ModelTool } from '../ports.ts'

export interface OfferedFunction {
  tool: InstalledTool
  fn: string
  title: string
}
export interface OfferedTools {
  forModel: ModelTool[]
  find(name: string): OfferedFunction | null
}

/** `tool__function`; providers take letters, digits, `_` and `-`, at most 64 in all. */
export function offerTools(catalog: Catalog, perimeter: Perimeter): OfferedTools {
  const functions = new Map<string, OfferedFunction>()
  const forModel: ModelTool[] = []
  for (const line of perimeter.tools) {
    const tool = catalog.get(line.name)
    if (!tool || (line.hash && line.hash !== tool.hash)) continue
    for (const { name: fn, title, description, input } of tool.manifest.functions) {
      const name = uniqueName(`${tool.name}__${fn}`, functions)
      functions.set(name, { tool, fn, title: `${tool.title}: ${title}` })
      forModel.push({ name, description, input: asObjectSchema(input) })
    }
  }
  return { forModel, find: (name) => functions.get(name) ?? null }
}

function uniqueName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  const plain = wanted.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64)
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? plain : `${plain.slice(0, 60)}_${number}`
    if (!taken.has(name)) return name
  }
}

/** Providers refuse a schema that is not of an object. */
function asObjectSchema(input: ModelTool['input']): ModelTool['input'] {
  return input.type === 'object' ? input : { type: 'object', properties: {}, ...input }
}
