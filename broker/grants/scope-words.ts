/** A scope in words: "Write in ~/Documents/Tour and below". What a person reads is made from what is kept. */
import { commandLine } from '../../contract/command-line.ts'
import type { GrantScope } from '../../contract/grant.ts'
import { shortPath } from '../../contract/short-path.ts'
import type { Capability } from '../../contract/words.ts'

const VERB: Record<Capability, string> = {
  'fs.read': 'Read',
  'fs.list': 'List',
  'fs.write': 'Write',
  'fs.delete': 'Move to the trash',
  'net.request': 'Request',
  'command.run': 'Run',
  'secret.use': 'Use',
  'clipboard.read': 'Read the clipboard',
  'clipboard.write': 'Write to the clipboard',
  notify: 'Show notifications',
  open: 'Open',
  'model.call': 'Call',
}
const PORT: Record<string, number> = { https: 443, wss: 443, http: 80, ws: 80 }

/** @param home the person's home folder, drawn as `~` */
export function scopeWords(capability: Capability, scope: GrantScope, home: string): string {
  const verb = VERB[capability]
  switch (scope.kind) {
    case 'path': {
      const place = shortPath(scope.path, home)
      // Not the folder itself, as `covers` has it.
      if (capability === 'fs.delete' && scope.below) return `Move things in ${place} and below to the trash`
      if (capability === 'fs.delete') return `Move ${place} to the trash`
      return scope.below ? `${verb} in ${place} and below` : `${verb} ${place}`
    }
    case 'url': {
      const port = PORT[scope.scheme] === scope.port ? '' : `:${scope.port}`
      const place = `${scope.scheme}://${scope.host}${port}${scope.path === '/' && scope.below ? '' : scope.path}`
      const methods = scope.methods.join(', ')
      return `${capability === 'net.request' ? `${methods} ` : `${verb} `}${place}${scope.below ? ' and below' : ''}`
    }
    case 'command': {
      const line = commandLine([scope.program, ...scope.args])
      return `${verb} ${line}${scope.exactArgs ? '' : ' with any further arguments'} in ${shortPath(scope.cwd, home)}${scope.cwdBelow ? ' and below' : ''}${scope.readOnly ? ', reading only' : ''}`
    }
    case 'secret':
      return `${verb} the secret ${scope.name} for ${scope.to}`
    case 'model':
      return `${verb} the model ${scope.model} at ${scope.origin}`
    case 'capability':
      return verb
  }
}
