import type { AlertRule } from './alert-rule.ts'
import { needsOf } from './alert-rule.ts'

export const secretUsedByNewTool: AlertRule = {
  id: 'secret-used-by-new-tool',
  title: 'A secret used by a new tool',
  words:
    'A secret that one tool has used before is used by another tool, or by that tool after its code has changed.',
  start({ memory }) {
    return (entry) => {
      if (entry.kind !== 'intent') return null
      for (const { resource } of needsOf(entry)) {
        if (resource?.kind !== 'secret') continue
        const user =
          entry.tool === null ? `principal:${entry.principal?.id}` : `${entry.tool.name}:${entry.tool.hash}`
        const known = memory.startingWith(`${resource.name} `)
        const word = `${resource.name} ${user}`
        if (known.includes(word)) continue
        memory.add(word)
        if (known.length === 0) continue
        const who =
          entry.tool === null
            ? (entry.principal?.name ?? 'Something')
            : `The tool ${entry.tool.name} ${entry.tool.version}`
        return `${who} used the secret “${resource.name}” for the first time.`
      }
      return null
    }
  },
}
