/**
 * clipboard.read: what is on the clipboard now. Looked at when the request is made exact, so that the question can say
 * how much it is, and so that what the person agreed to is what is handed over, whatever was copied meanwhile. Where
 * the perimeter says no, it is not even looked at.
 */
import { randomBytes } from 'node:crypto'
import { type Outcome, ok } from '../../contract/outcome.ts'
import type { CapabilityModule, Desktop, Prepared } from '../ports.ts'
import { hashOf } from './hash-content.ts'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'

const MAX_TEXT = 1024 * 1024

export function createClipboardReadCapability({ desktop }: { desktop: Desktop }): CapabilityModule {
  const held = createPreparedHold<string>()
  /** So that nobody can guess at a short text from its hash. */
  const salt = randomBytes(16).toString('hex')

  function describe(found: string | null): string {
    if (found === null) return 'The clipboard'
    return found === ''
      ? 'The clipboard, which holds no text'
      : `Text on the clipboard: ${count(found.length, 'character')}, ${count(found.split('\n').length, 'line')}`
  }

  return {
    operations: ['clipboard.read'],
    async prepare(_request, context): Promise<Outcome<Prepared>> {
      const found =
        context.perimeter.clipboard.read === 'deny' ? null : await desktop.do({ do: 'clipboard.read' })
      // Where it can't be looked at there is nothing to ask about.
      if (found && found.kind !== 'ok') return found
      const text = describe(found?.value ?? null)
      const prepared = plainPrepared({
        operation: 'clipboard.read',
        capability: 'clipboard.read',
        needs: [{ capability: 'clipboard.read', resource: { kind: 'plain', text } }],
        exact: [{ label: 'Reads', text, spans: [], long: false, ours: true }],
        // Which text: another one of the same size is another question.
        binding: JSON.stringify(['clipboard.read', text, found ? hashOf(salt + found.value) : null]),
        sentence: { verb: 'Read', object: 'the clipboard', tail: '' },
      })
      return ok(found ? held.keep(prepared, found.value) : prepared)
    },
    async perform(permit, prepared) {
      permit.consume('clipboard.read', prepared.binding)
      const text = held.of(prepared).slice(0, MAX_TEXT)
      return ok({
        value: { text },
        origins: [{ field: '', origin: { kind: 'outside', source: 'the clipboard' } }],
        private: true,
        bytesIn: text.length,
        bytesOut: 0,
        details: { characters: text.length },
      })
    },
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
