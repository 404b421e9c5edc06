/**
 * open: an address or a file in the person's default app. What that app does with it is out of our hands, so what the
 * desktop would run instead of show is refused, and the target is always shown whole.
 */
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { Need } from '../../contract/resource.ts'
import type { CapabilityModule, Desktop, Prepared } from '../ports.ts'
import { explainErrno } from './files/explain-error.ts'
import type { FileRoom } from './files/file-room.ts'
import { type HeldNothing, type HeldThing, resourceOf } from './files/held.ts'
import { fit, lastName, sentenceOn } from './files/name-paths.ts'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'
import { canonicalUrl } from './network/canonical-url.ts'

/** Kinds of files that desktops run, or that lead elsewhere. */
const RUNS =
  /\.(accde|action|ade|adp|apk|app|appimage|applescript|application|appref-ms|bash|bat|bin|chm|cmd|com|command|cpl|crx|csh|deb|deskthemepack|desktop|diagcab|dll|dmg|elf|exe|fileloc|flatpak|flatpakref|flatpakrepo|gadget|hlp|hta|img|inetloc|inf|ipa|iso|jar|jnlp|js|jse|kext|library-ms|lnk|mde|mobileconfig|mpkg|msc|msi|msix|msp|mst|msu|osax|out|oxt|php|pif|pkg|pl|prefpane|ps1|ps1xml|psm1|py|pyc|pyo|pyw|pyz|pyzw|rb|reg|rpm|run|saver|scf|scpt|scptd|scr|search-ms|service|settingcontent-ms|sh|shb|shs|slk|snap|tcl|terminal|theme|themepack|tool|udl|url|vb|vbe|vbs|vhdx?|webloc|website|workflow|ws|wsc|wsf|wsh|xbap|xll|xpi|zsh)$/i

type Target = { kind: 'url'; url: string } | { kind: 'path'; thing: HeldThing | HeldNothing }

export function createOpenCapability({
  desktop,
  files,
}: {
  desktop: Desktop
  files: FileRoom
}): CapabilityModule {
  const held = createPreparedHold<Target>()

  function prepare(target: string): Outcome<Prepared> {
    if (/^[a-z][a-z0-9+.-]+:/i.test(target)) return prepareUrl(target)
    const thing = files.thing(target)
    if (thing.kind !== 'ok') return thing
    const { path } = thing.value
    const prepared = base(
      path,
      { capability: 'open', resource: resourceOf(thing.value) },
      sentenceOn('Open', path, files.home),
    )
    return ok(held.keep({ ...prepared, dispose: thing.value.close }, { kind: 'path', thing: thing.value }))
  }

  function prepareUrl(target: string): Outcome<Prepared> {
    const url = canonicalUrl('GET', target)
    if (url.kind !== 'ok') return url
    const sentence = {
      verb: 'Open',
      object: fit(url.value.host + url.value.path, 300),
      tail: 'in the browser',
    }
    const prepared = base(url.value.url, { capability: 'open', resource: url.value }, sentence)
    return ok(held.keep({ ...prepared, bytesOut: url.value.url.length }, { kind: 'url', url: url.value.url }))
  }

  function base(text: string, need: Need, sentence: Prepared['sentence']): Prepared {
    return plainPrepared({
      operation: 'open',
      capability: 'open',
      needs: [need],
      exact: [{ label: 'Opens', text, spans: [], long: false }],
      binding: JSON.stringify(['open', text]),
      sentence,
    })
  }

  function refuseFile(thing: HeldThing | HeldNothing) {
    const name = lastName(thing.path)
    if (thing.state === 'missing') return explainErrno(thing.errno, name)
    const isFolder = thing.stat.isDirectory()
    if (!isFolder && !thing.stat.isFile())
      return failed('wrong-kind', `“${name}” is no plain file, so it was not opened.`)
    const runs = RUNS.test(name) || (!isFolder && (thing.stat.mode & 0o111) !== 0)
    if (runs)
      return refused(
        'invalid-request',
        `“${name}” is a program or a shortcut: the desktop would run it, not show it. It was not opened.`,
      )
    return files.holder.stillThere(thing)
      ? null
      : failed('changed', `“${name}” was moved or replaced in the meantime. Nothing was opened.`)
  }

  return {
    operations: ['open'],
    async prepare(request) {
      if (request.operation === 'open') return prepare(request.args.target)
      throw new Error(`open does not do ${request.operation}.`)
    },
    async perform(permit, prepared) {
      permit.consume('open', prepared.binding)
      const target = held.of(prepared)
      const no = target.kind === 'path' ? refuseFile(target.thing) : null
      if (no) return no
      const text = target.kind === 'path' ? target.thing.path : target.url
      const done = await desktop.do({ do: 'open', target: text, kind: target.kind })
      if (done.kind !== 'ok') return done
      return ok({
        value: { opened: true },
        origins: [{ field: '', origin: { kind: 'own', source: 'Sallyport' } }],
        private: false,
        bytesIn: 0,
        bytesOut: prepared.bytesOut,
        details: {},
      })
    },
  }
}
