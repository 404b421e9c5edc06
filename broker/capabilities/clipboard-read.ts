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
  const held = createPreparedHold<Outcome<string>>()
  /** So that nobody can guess at a short text from its hash. */
  const salt = randomBytes(16).toString('hex')

  function describe(found: Outcome<string> | null): string {
    if (found === null) return 'The clipboard'
    if (found.kind !== 'ok') return 'The clipboard, which can’t be looked at here'
    return found.value === ''
      ? 'The clipboard, which holds no text'
      : `Text on the clipboard: ${count(found.value.length, 'character')}, ${count(found.value.split('\n').length, 'line')}`
  }

  return {
    operations: ['clipboard.read'],
    async prepare(_request, context): Promise<Outcome<Prepared>> {
      const found =
        context.perimeter.clipboard.read === 'deny' ? null : await desktop.do({ do: 'clipboard.read' })
      const text = describe(found)
      const prepared = plainPrepared({
        operation: 'clipboard.read',
        capability: 'clipboard.read',
        needs: [{ capability: 'clipboard.read', resource: { kind: 'plain', text } }],
        exact: [{ label: 'Reads', text, spans: [], long: false, ours: true }],
        // Which text: another one of the same size is another question.
        binding: JSON.stringify([
          'clipboard.read',
          text,
          found?.kind === 'ok' ? hashOf(salt + found.value) : null,
        ]),
        sentence: { verb: 'Read', object: 'the clipboard', tail: '' },
      })
      return ok(found ? held.keep(prepared, found) : prepared)
    },
    async perform(permit, prepared) {
      permit.consume('clipboard.read', prepared.binding)
      const found = held.of(prepared)
      if (found.kind !== 'ok') return found
      const text = found.value.slice(0, MAX_TEXT)
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
