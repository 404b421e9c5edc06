/**
 * For `sallyport check`: what a request would be decided on, resolved on the real disk just as the capabilities do it,
 * with nothing opened for use and nothing sent. Relative paths start at `cwd`, as a person at a terminal means them.
 */

import os from 'node:os'
import { z } from 'zod'
import { type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { Need } from '../../contract/resource.ts'
import { type Capability, type Json, LIMITS, Slug } from '../../contract/words.ts'
import { badArgument } from './commands/check-argv.ts'
import { isOpaqueCommand } from './commands/is-opaque-command.ts'
import { resolveProgram, SYSTEM_PATH } from './commands/resolve-program.ts'
import { createFileRoom, type FileRoom } from './files/file-room.ts'
import { resourceOf } from './files/held.ts'
import { canonicalUrl, originOf } from './network/canonical-url.ts'
import { isAddress } from './open-target.ts'

const Path = z.object({ path: z.string().min(1).max(LIMITS.path) })
const Url = z.object({ method: z.string().max(16).default('GET'), url: z.string().min(1).max(LIMITS.url) })
const Command = z.object({
  argv: z.array(z.string().max(32768)).min(1).max(1024),
  cwd: z.string().max(LIMITS.path).optional(),
  readOnly: z.boolean().optional(),
})
const Secret = z.object({ name: Slug, to: z.string().min(1).max(LIMITS.url) })
const Model = z.object({
  provider: z.string().max(64),
  model: z.string().max(200),
  origin: z.string().max(300).default('built-in'),
})
const Plain = z.object({ text: z.string().max(4096).default('') })
const Open = z.object({ target: z.string().min(1).max(LIMITS.url) })

interface CheckPlace {
  files: FileRoom
  cwd: string
}

export async function canonicalizeForCheck(
  capability: Capability,
  resource: Record<string, Json>,
  cwd: string = os.homedir(),
): Promise<Outcome<Need[]>> {
  const place: CheckPlace = { files: createFileRoom({ ownPaths: [] }), cwd }
  const found = FORMS[capability](resource, place)
  return found.kind === 'ok' ? ok([{ capability, resource: found.value }]) : found
}

type Canonical = Outcome<Need['resource']>
type Form = (resource: Record<string, Json>, place: CheckPlace) => Canonical

/** Parses with the schema, then makes exact. */
function form<T>(schema: z.ZodType<T>, make: (parsed: T, place: CheckPlace) => Canonical): Form {
  return (resource, place) => {
    const parsed = schema.safeParse(resource)
    if (parsed.success) return make(parsed.data, place)
    const issue = parsed.error.issues[0]
    return refused(
      'invalid-request',
      `The resource does not fit: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
    )
  }
}

const held = (hold: 'thing' | 'target' | 'entry'): Form =>
  form(Path, ({ path }, { files, cwd }) => {
    const found = files[hold](path, cwd)
    if (found.kind !== 'ok') return found
    found.value.close()
    return ok(resourceOf(found.value))
  })

const plain: Form = form(Plain, ({ text }) => ok({ kind: 'plain', text }))

const FORMS: Record<Capability, Form> = {
  'fs.read': held('thing'),
  'fs.list': held('thing'),
  'fs.write': held('target'),
  'fs.delete': held('entry'),
  'net.request': form(Url, ({ method, url }) => canonicalUrl(method, url)),
  'command.run': form(Command, command),
  'secret.use': form(Secret, secret),
  'clipboard.read': plain,
  'clipboard.write': plain,
  notify: plain,
  open: form(Open, open),
  'model.call': form(Model, (model) => ok({ kind: 'model', ...model })),
}

function command({ argv, cwd, readOnly }: z.infer<typeof Command>, place: CheckPlace): Canonical {
  const [name, ...args] = argv as [string, ...string[]]
  const bad = badArgument(argv)
  if (bad) return bad
  const program = resolveProgram(name, SYSTEM_PATH, place.files)
  if (program.kind !== 'ok') return program
  const folder = place.files.thing(cwd ?? place.cwd, place.cwd)
  if (folder.kind !== 'ok') return folder
  folder.value.close()
  const { path, way } = folder.value
  return ok({
    kind: 'command',
    program: program.value.program,
    args,
    cwd: path,
    ...(way ? { way } : {}),
    opaque: !readOnly && isOpaqueCommand(program.value.program, args),
    ...(readOnly ? { readOnly } : {}),
  })
}

function secret({ name, to }: z.infer<typeof Secret>, { files }: CheckPlace): Canonical {
  if (to.startsWith('command:')) {
    const program = resolveProgram(to.slice('command:'.length), SYSTEM_PATH, files)
    return program.kind === 'ok'
      ? ok({ kind: 'secret', name, to: `command:${program.value.program}` })
      : program
  }
  const url = canonicalUrl('GET', to)
  return url.kind === 'ok' ? ok({ kind: 'secret', name, to: originOf(url.value) }) : url
}

function open({ target }: z.infer<typeof Open>, { files, cwd }: CheckPlace): Canonical {
  if (isAddress(target)) return canonicalUrl('GET', target)
  const thing = files.thing(target, cwd)
  if (thing.kind !== 'ok') return thing
  thing.value.close()
  return ok(resourceOf(thing.value))
}
