/**
 * open: an address or a file in the person's default app. What that app does with it is out of our hands, so what the
 * desktop would run instead of show is refused, and the target is always shown whole.
 */
import fs from 'node:fs'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { Need } from '../../contract/resource.ts'
import type { CapabilityModule, Desktop, Prepared } from '../ports.ts'
import { explainErrno } from './files/explain-error.ts'
import type { FileRoom } from './files/file-room.ts'
import { type HeldNothing, type HeldThing, resourceOf } from './files/held.ts'
import { fit, lastName, sentenceOn } from './files/name-paths.ts'
import { readPart } from './files/read-held.ts'
import { createPreparedHold, plainPrepared } from './hold-prepared.ts'
import { canonicalUrl } from './network/canonical-url.ts'
import { beginsAsProgram, SIGN_BYTES } from './program-signs.ts'

/** Kinds of files that desktops run or install, or that lead elsewhere: those of Windows, macOS and Linux, and scripts. */
const RUNS = new Set(
  [
    'ade adp appinstaller application appref-ms appx appxbundle bas bat chm cmd com contact cpl deskthemepack diagcab dll',
    'dqy exe fxp gadget hlp hta img inf ins iqy iso isp jar job js jse library-ms lnk mad maf mag mam maq mas mau',
    'mav maw mda mde mdt mdw mdz msc msh msh1 msh2 mshxml msi msix msixbundle msp mst msu ops oqy osd pcd pif plg ppkg prg',
    'ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psm1 rdp reg rqy scf scr sct search-ms searchconnector-ms settingcontent-ms shb',
    'shs slk theme themepack udl url vb vbe vbs vhd vhdx vsix vsmacros wsb wsc wsf wsh xbap xll xnk',
    'action afploc app applescript atloc command component configprofile dmg fileloc ftploc inetloc kext mailloc',
    'mobileconfig mobileprovision mpkg pkg plugin prefpane provisionprofile qlgenerator saver scpt scptd service shortcut',
    'terminal tool vncloc wdgt webloc website workflow ws xip',
    'appimage deb desktop flatpak flatpakref flatpakrepo jnlp kwinscript plasmoid remmina rpm run snap',
    'bash csh fish ksh lua php pl py pyc pyo pyw pyz rb sh tcl zsh',
    'accde apk bin crx elf ipa osax out oxt pyzw xpi',
  ].flatMap((line) => line.split(' ')),
)

type Target = { kind: 'url'; url: string } | { kind: 'path'; thing: HeldThing | HeldNothing }

/** Anything that a desktop would take for an address, of whatever scheme; `C:` is a drive. */
export const isAddress = (target: string) => /^[a-z][a-z0-9+.-]+:/i.test(target)

export function createOpenCapability({
  desktop,
  files,
}: {
  desktop: Desktop
  files: FileRoom
}): CapabilityModule {
  const held = createPreparedHold<Target>()

  function prepare(target: string): Outcome<Prepared> {
    if (isAddress(target)) return prepareUrl(target)
    const thing = files.thing(target)
    if (thing.kind !== 'ok') return thing
    const { path } = thing.value
    const prepared = base(
      path,
      { capability: 'open', resource: resourceOf(thing.value) },
      sentenceOn('Open', path, files.home),
    )
    const unable = () => desktop.unable() ?? (RUNS.has(endingOf(path)) ? runs(path) : null)
    return ok(
      held.keep({ ...prepared, unable, dispose: thing.value.close }, { kind: 'path', thing: thing.value }),
    )
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
      unable: () => desktop.unable(),
    })
  }

  async function refuseFile(thing: HeldThing | HeldNothing) {
    const name = lastName(thing.path)
    if (thing.state === 'missing') return explainErrno(thing.errno, name)
    // As it is now: it may have been made a program since it was asked for.
    const now = fs.statSync(thing.at, { throwIfNoEntry: false }) ?? thing.stat
    const isFolder = now.isDirectory()
    if (!isFolder && !now.isFile())
      return failed('wrong-kind', `“${name}” is no plain file, so it was not opened.`)
    if (RUNS.has(endingOf(name)) || (!isFolder && (now.mode & 0o111) !== 0)) return runs(name)
    if (!isFolder) {
      const head = await readPart(files.holder, thing, 0, SIGN_BYTES)
      if (head.kind !== 'ok') return head
      if (beginsAsProgram(head.value.bytes)) return runs(name)
    }
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
      const no = target.kind === 'path' ? await refuseFile(target.thing) : null
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

/** Some systems leave out dots and spaces at a name's end. */
function endingOf(path: string): string {
  return /\.([^./]+?)[. ]*$/.exec(path)?.[1]?.toLowerCase() ?? ''
}

function runs(path: string) {
  return refused(
    'invalid-request',
    `“${lastName(path)}” is a program or a shortcut: the desktop would run it, not show it. It was not opened.`,
  )
}
