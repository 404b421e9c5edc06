/** clipboard.write: puts text on the clipboard, in place of what is there. The text is shown whole. */
import { ok } from '../../contract/outcome.ts'
import type { CapabilityModule, Desktop } from '../ports.ts'
import { hashOf } from './hash-content.ts'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'

export function createClipboardWriteCapability({ desktop }: { desktop: Desktop }): CapabilityModule {
  const held = createPreparedHold<string>()
  return {
    operations: ['clipboard.write'],
    async prepare(request) {
      if (request.operation !== 'clipboard.write')
        throw new Error(`clipboard.write does not do ${request.operation}.`)
      const { text } = request.args
      const prepared = plainPrepared({
        operation: 'clipboard.write',
        capability: 'clipboard.write',
        needs: [
          { capability: 'clipboard.write', resource: { kind: 'plain', text: `${text.length} characters` } },
        ],
        exact: [{ label: 'Text', text, spans: [], long: true }],
        binding: JSON.stringify(['clipboard.write', hashOf(text)]),
        sentence: { verb: 'Put', object: `${text.length} characters`, tail: 'on the clipboard' },
        unable: () => desktop.unable(),
      })
      return ok(held.keep(prepared, text))
    },
    async perform(permit, prepared) {
      permit.consume('clipboard.write', prepared.binding)
      const text = held.of(prepared)
      const done = await desktop.do({ do: 'clipboard.write', text })
      if (done.kind !== 'ok') return done
      const bytes = Buffer.byteLength(text)
      return ok({
        value: { bytes },
        origins: [{ field: '', origin: { kind: 'own', source: 'Sallyport' } }],
        private: false,
        bytesIn: 0,
        bytesOut: 0,
        details: { bytes },
      })
    },
  }
}
