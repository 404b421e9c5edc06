/** What holds for any policy, perimeter and request. */
import { describe, expect, it } from 'vitest'
import { fc, runs } from '../../../build/properties.ts'
import type { Grant } from '../../../contract/grant.ts'
import { Perimeter } from '../../../contract/perimeter.ts'
import type { PolicyRule } from '../../../contract/policy.ts'
import type { Need } from '../../../contract/resource.ts'
import { CAPABILITIES } from '../../../contract/words.ts'
import { indexGrants } from '../../grants/index-grants.ts'
import type { DecideInput, GrantIndex, PolicySources } from '../../ports.ts'
import { compilePolicy } from './compile-policy.ts'
import {
  CALM,
  command,
  decider,
  HASH,
  input,
  NO_GRANTS,
  PLACES,
  path,
  policyFile,
  tool,
  url,
} from './testing/known-computer.ts'
import { type ScannedRule, scanFolders, scanRules } from './testing/plain-scan.ts'

const SCAN = {
  home: PLACES.home,
  programs: { git: '/usr/bin/git', bash: '/usr/bin/bash', ls: '/usr/bin/ls' },
}

const segment = fc.constantFrom('work', 'home', 'a', 'b', 'c', 'keep', '.env', 'x.pem', 'A')
const place = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/srv/${parts.join('/')}`)
const homePlace = fc.array(segment, { maxLength: 3 }).map((parts) => ['~', ...parts].join('/'))
const pathPattern = fc.oneof(
  place,
  homePlace,
  fc.constantFrom('**/.env', '**/a/b', '**/*.pem', '**/keep', '/', '/srv'),
)
const host = fc.constantFrom(
  'example.org',
  'api.example.org',
  'a.b.example.org',
  'example.com',
  '10.0.0.1',
  'xexample.org',
)
const urlPath = fc.constantFrom('/', '/v1', '/v1/x', '/v10', '/v1?q=1', '/v1/..%2fx', '/v2/a/b?c=d', '//v1')
const hostPattern = fc
  .tuple(
    fc.constantFrom('', 'https://', 'http://'),
    fc.oneof(host, fc.constantFrom('*', '*.example.org', '*.org')),
    fc.constantFrom('', ':443', ':8080'),
    fc.constantFrom('', '/', '/v1', '/v1/', '/v2/a'),
  )
  .map((parts) => parts.join(''))
const words = fc.array(fc.constantFrom('status', 'push', '-x', '--force'), { maxLength: 3 })
const commandPattern = fc
  .tuple(fc.constantFrom('git', '/usr/bin/git', 'bash', '/opt/git', '*', 'unknown'), words)
  .map(([program, args]) => [program, ...args])
const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(fc.array(arbitrary, { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 2 })

const rule = (
  effects: PolicyRule['effect'][] = ['allow', 'ask', 'deny'],
): fc.Arbitrary<Omit<PolicyRule, 'id' | 'reason'>> =>
  fc.record({
    effect: fc.constantFrom(...effects),
    capabilities: fc.array(fc.constantFrom(...CAPABILITIES, '*' as const), { minLength: 1, maxLength: 4 }),
    principals: maybe(fc.constantFrom('agent_1', 'Tidy', 'other', '*')),
    tools: maybe(fc.constantFrom('files', 'web', '*')),
    paths: maybe(pathPattern),
    hosts: maybe(hostPattern),
    methods: maybe(fc.constantFrom('GET', 'POST')),
    commands: maybe(commandPattern),
    secrets: maybe(fc.constantFrom('token', 'key', '*')),
    models: maybe(fc.constantFrom('m', 'openai/m', '*')),
  })
const rules = (most = 14, effects?: PolicyRule['effect'][]) =>
  fc
    .array(rule(effects), { maxLength: most })
    .map((list) => list.map((each, at) => ({ ...each, id: `r${at}`, reason: '' }) as PolicyRule))

const MODEL = {
  kind: 'model' as const,
  provider: 'openai' as const,
  model: 'm',
  origin: 'https://api.example.org:443',
}
const need: fc.Arbitrary<Need> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('fs.read', 'fs.list', 'fs.write', 'fs.delete'),
      fc.oneof(
        place,
        homePlace.map((text) => text.replace('~', PLACES.home)),
      ),
    )
    .map(([capability, at]) => path(capability as 'fs.read', at)),
  fc
    .tuple(
      fc.constantFrom('https', 'http'),
      host,
      fc.constantFrom('', ':8080'),
      urlPath,
      fc.constantFrom('GET', 'POST', 'PUT'),
    )
    .map(([scheme, name, port, at, method]) =>
      url(`${scheme}://${name}${port}${at}`, method, name === '10.0.0.1'),
    ),
  fc
    .tuple(fc.constantFrom('/usr/bin/git', '/opt/git', '/usr/bin/bash', '/usr/bin/ls'), words, fc.boolean())
    .map(([program, args, opaque]) => command(program, args, opaque)),
  fc.constantFrom('token', 'key').map(
    (name): Need => ({
      capability: 'secret.use',
      resource: { kind: 'secret', name, to: 'https://example.org:443' },
    }),
  ),
  fc
    .constantFrom('notify', 'clipboard.read', 'clipboard.write')
    .map(
      (capability): Need => ({ capability: capability as 'notify', resource: { kind: 'plain', text: 'x' } }),
    ),
  place.map((at) => path('open', at)),
  fc.tuple(host, urlPath).map(([name, at]): Need => ({ ...url(`https://${name}${at}`), capability: 'open' })),
  fc.constant<Need>({ capability: 'model.call', resource: MODEL }),
)
const level = fc.constantFrom('allow' as const, 'ask' as const, 'deny' as const)
const often = fc.constantFrom('allow' as const, 'allow' as const, 'ask' as const, 'deny' as const)
const scattered = fc
  .record({
    folders: fc.array(
      fc.record({ path: fc.oneof(place, homePlace, fc.constant('/srv')), read: level, write: level }),
      { maxLength: 6 },
    ),
    hosts: fc.array(
      fc.record({
        scheme: fc.constantFrom('https', 'http'),
        host: fc.oneof(host, fc.constantFrom('*', '*.org')),
        methods: fc.constantFrom(['GET'], ['GET', 'POST']),
        pathPrefix: fc.constantFrom('/', '/v1'),
        read: level,
        send: level,
      }),
      { maxLength: 5 },
    ),
    commands: fc.array(
      fc.record({ program: fc.constantFrom('git', '/usr/bin/bash', 'ls'), args: words, run: level }),
      { maxLength: 4 },
    ),
    secrets: fc.array(fc.record({ name: fc.constantFrom('token', 'key'), use: level }), { maxLength: 3 }),
    notify: level,
    open: level,
  })
  .map((lines) => Perimeter.parse(lines))
/** Lines for every place: outside of the scattered ones lies most of what is asked, and is denied before all else. */
const everywhere = fc
  .record({ read: often, change: often, program: often, use: often, show: often })
  .map(({ read, change, program, use, show }) =>
    Perimeter.parse({
      folders: [{ path: '/', read, write: change }],
      hosts: ['https', 'http'].flatMap((scheme) =>
        [undefined, 8080].map((port) => ({
          ...{ scheme, host: '*', ...(port && { port }), read, send: change },
          methods: ['GET', 'POST', 'PUT'],
        })),
      ),
      commands: ['/usr/bin/git', '/opt/git', '/usr/bin/bash', '/usr/bin/ls'].map((name) => ({
        program: name,
        run: program,
      })),
      secrets: ['token', 'key'].map((name) => ({ name, use })),
      clipboard: { read: show, write: show },
      notify: show,
      open: show,
    }),
  )
const perimeter = fc.oneof(scattered, { weight: 2, arbitrary: everywhere })
const flow = fc.record({
  lamps: fc.record({ outside: fc.boolean(), private: fc.boolean(), send: fc.boolean() }),
  backed: fc.boolean(),
  unbacked: fc.constant<string[]>(['the path']),
})
const grants: fc.Arbitrary<GrantIndex> = fc
  .record({ allow: fc.boolean(), deny: fc.boolean() })
  .map((has) => ({
    find: (effect) => (has[effect] ? ({ id: `g_${effect}`, words: 'w', reason: '' } as Grant) : null),
    isAboutPlace: () => false,
    places: () => [],
  }))
const sources = fc
  .record({
    managed: fc.oneof({ weight: 3, arbitrary: rules(1) }, rules(8)),
    personal: fc.oneof(rules(1), rules(8)),
    bound: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, perimeter),
  })
  .map(
    ({ managed, personal, bound }): Partial<PolicySources> => ({
      managed: policyFile(managed, bound ? { perimeter: bound } : {}),
      personal: policyFile(personal),
    }),
  )
const given = fc
  .record({
    need,
    perimeter,
    flow,
    ownModel: fc.constantFrom(null, MODEL),
    tool: fc.constantFrom(
      ...[null, tool(), tool()],
      tool({ capabilities: ['fs.read'], hosts: ['example.org'], commands: ['git'] }),
    ),
  })
  .map(({ need: asked, ...change }): DecideInput => input(asked, change))

/** That a property is no empty talk: how often its answers were of each kind. */
function tally() {
  const counts = new Map<string, number>()
  return {
    add: (kind: string) => counts.set(kind, (counts.get(kind) ?? 0) + 1),
    expectSome: (least: number, ...kinds: string[]) => {
      for (const kind of kinds) expect(counts.get(kind) ?? 0, kind).toBeGreaterThanOrEqual(least)
    },
  }
}

describe('for any policy, perimeter and request', () => {
  it('the index answers as a plain scan of the rules does', () => {
    fc.assert(
      fc.property(
        rules(),
        rules(),
        need,
        fc.constantFrom('files', 'web', null),
        (managed, personal, asked, toolName) => {
          const compiled = compilePolicy(
            { managed: policyFile(managed), personal: policyFile(personal), failedClosed: null },
            PLACES,
          )
          const principal = { id: 'agent_1', kind: 'agent' as const, name: 'Tidy' }
          const hit = compiled.strictest(asked, principal, toolName)
          const all: ScannedRule[] = [
            ...managed.map((each) => ({ ...each, managed: true })),
            ...personal.map((each) => ({ ...each, managed: false })),
          ]
          expect(hit ? `${hit.effect} ${hit.rule}` : null).toBe(
            scanRules(all, asked, principal, toolName, SCAN),
          )
        },
      ),
      runs(3000),
    )
  })
  it('the perimeter’s index answers as a plain scan of its folders does', () => {
    fc.assert(
      fc.property(
        perimeter,
        place,
        fc.constantFrom('read' as const, 'write' as const),
        (bounds, at, side) => {
          const { effect } = decider().decide(
            input(path(side === 'read' ? 'fs.read' : 'fs.write', at), { perimeter: bounds, tool: null }),
          )
          expect(effect).toBe(scanFolders(bounds, at, side, SCAN))
        },
      ),
      runs(1000),
    )
  })
  it('deny always wins: a rule that denies what is asked makes it denied, whatever else stands there', () => {
    const before = tally()
    fc.assert(
      fc.property(sources, given, grants, fc.boolean(), (files, asked, index, managed) => {
        before.add(decider(files, index).decide(asked).effect)
        const denial = { id: 'zz-deny', effect: 'deny', capabilities: ['*'], reason: '' } as PolicyRule
        const key = managed ? 'managed' : 'personal'
        const file = files[key]
        const made = decider(
          { ...files, [key]: { ...(file ?? policyFile([])), rules: [...(file?.rules ?? []), denial] } },
          index,
        )
        expect(made.decide(asked).effect).toBe('deny')
      }),
      runs(500),
    )
    before.expectSome(20, 'allow', 'ask')
  })
  it('nothing inside widens the perimeter: what it denies stays denied under any policy and grant', () => {
    fc.assert(
      fc.property(sources, given, grants, (files, asked, index) => {
        const alone = decider().decide({ ...asked, flow: CALM })
        fc.pre(alone.effect === 'deny')
        expect(decider(files, index).decide(asked).effect).toBe('deny')
      }),
      runs(1500),
    )
  })
  it('adding a rule that allows never turns a no into something else', () => {
    fc.assert(
      fc.property(sources, given, grants, rules(4, ['allow']), (files, asked, index, more) => {
        const before = decider(files, index).decide(asked).effect
        fc.pre(before === 'deny')
        const personal = { ...(files.personal ?? policyFile([])) }
        personal.rules = [...personal.rules, ...more.map((each) => ({ ...each, id: `more-${each.id}` }))]
        expect(decider({ ...files, personal }, index).decide(asked).effect).toBe('deny')
      }),
      runs(800),
    )
  })
  it('the order of rules and lines has no meaning', () => {
    const answers = tally()
    fc.assert(
      fc.property(sources, given, grants, fc.infiniteStream(fc.nat()), (files, asked, index, random) => {
        const shuffled = <T>(list: T[]): T[] =>
          list
            .map((each) => ({ each, at: random.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ each }) => each)
        const mixed = {
          managed: files.managed ? { ...files.managed, rules: shuffled(files.managed.rules) } : null,
          personal: files.personal ? { ...files.personal, rules: shuffled(files.personal.rules) } : null,
        }
        const lines = {
          ...asked.perimeter,
          folders: shuffled(asked.perimeter.folders),
          hosts: shuffled(asked.perimeter.hosts),
          commands: shuffled(asked.perimeter.commands),
          secrets: shuffled(asked.perimeter.secrets),
        }
        const before = decider(files, index).decide(asked)
        const after = decider(mixed, index).decide({ ...asked, perimeter: lines })
        answers.add(before.effect)
        expect(after.effect).toBe(before.effect)
        expect(after.because[0]?.layer).toBe(before.because[0]?.layer)
        if (
          !before.because[0]?.rule.startsWith('perimeter:') &&
          !before.because[0]?.rule.startsWith('managed:')
        )
          expect(after.because[0]?.rule).toBe(before.because[0]?.rule)
      }),
      runs(800),
    )
    answers.expectSome(20, 'allow', 'ask', 'deny')
  })
  it('every decision names the rule that made it, in a sentence', () => {
    const layers = tally()
    fc.assert(
      fc.property(sources, given, grants, (files, asked, index) => {
        const { because, effect, grantId } = decider(files, index).decide(asked)
        expect(because.length).toBeGreaterThan(0)
        for (const { rule: name, text } of because) {
          expect(name).toMatch(/^(managed|policy|perimeter|built-in|manifest|grant|flow|default|stop):\S/)
          expect(text).toMatch(/^[\p{Lu}/].*[.!?]$/su)
        }
        expect(grantId !== null).toBe(effect === 'allow' && because[0]?.layer === 'grant')
        layers.add(because[0]?.layer ?? '')
      }),
      runs(2000),
    )
    layers.expectSome(5, 'managed-deny', 'perimeter', 'manifest', 'deny-rule', 'grant', 'flow', 'policy')
  })
  it('after outside text nothing that changes or sends goes in silence unless the person’s words or a grant back it', () => {
    const calm = tally()
    fc.assert(
      fc.property(sources, given, grants, (files, asked, index) => {
        // The agent's own model is where its text comes from and goes to anyway.
        fc.pre(asked.need.capability !== 'model.call' || !asked.ownModel)
        const flowed = {
          ...asked,
          flow: { lamps: { outside: true, private: false, send: true }, backed: false, unbacked: [] },
        }
        fc.pre(!['fs.read', 'fs.list', 'clipboard.read', 'notify'].includes(asked.need.capability))
        calm.add(`${asked.need.capability} ${decider(files, index).decide({ ...asked, flow: CALM }).effect}`)
        const decision = decider(files, index).decide(flowed)
        const stays = asked.need.capability === 'fs.write' || asked.need.capability === 'fs.delete'
        if (decision.effect === 'allow' && !stays) expect(decision.because[0]?.layer).toBe('grant')
        const both = decider(files, index).decide({
          ...flowed,
          flow: { ...flowed.flow, lamps: { outside: true, private: true, send: true } },
        })
        if (
          ['net.request', 'secret.use', 'open', 'command.run', 'model.call'].includes(asked.need.capability)
        )
          expect(both.effect).not.toBe('allow')
      }),
      runs(3000),
    )
    for (const each of ['fs.write', 'fs.delete', 'net.request', 'secret.use', 'open', 'command.run'])
      calm.expectSome(5, `${each} allow`)
  })
  it('the same question has the same answer', () => {
    fc.assert(
      fc.property(sources, given, grants, (files, asked, index) => {
        const made = decider(files, index)
        expect(made.decide(asked)).toEqual(made.decide(structuredClone({ ...asked })))
      }),
      runs(200),
    )
  })
  it('a crowded list of rules answers as a short one does', () => {
    const many = Array.from({ length: 400 }, (_, at) => ({
      id: `p${at}`,
      effect: 'deny',
      capabilities: ['fs.read'],
      principals: [`agent_${at}`],
      paths: ['/srv/a'],
    }))
    const compiled = compilePolicy({ managed: null, personal: policyFile(many), failedClosed: null }, PLACES)
    const of = (id: string) =>
      compiled.strictest(path('fs.read', '/srv/a/b'), { id, kind: 'agent', name: id }, 'files')?.rule ?? null
    expect(of('agent_7')).toBe('policy:p7')
    expect(of('agent_399')).toBe('policy:p399')
    expect(of('agent_400')).toBeNull()
  })
  it('no grant is looked for once something denies', () => {
    const never: GrantIndex = {
      find: () => {
        throw new Error('asked')
      },
      isAboutPlace: () => false,
      places: () => [],
    }
    expect(decider({}, never).decide(input(path('fs.read', '/etc/x'))).effect).toBe('deny')
    expect(() => decider({}, NO_GRANTS).decide(input(path('fs.read', '/etc/x')))).not.toThrow()
  })
})

describe('what single rules are about', () => {
  const name = fc.oneof(
    segment,
    fc.constantFrom(
      '.git',
      'hooks',
      'config',
      '.ssh',
      'id_rsa',
      '.ENVRC',
      'sallyport',
      'plain',
      'x.y.pem',
      '.bashrc',
    ),
  )
  const grantOf = (
    at: string,
    effect: 'allow' | 'deny',
    capability: 'fs.read' | 'fs.write',
    below: boolean,
  ) =>
    ({
      ...{ effect, capability, id: `g_${at}`, principalId: 'agent_1', words: 'w', reason: '' },
      ...{ tool: { name: 'files', hash: HASH }, scope: { kind: 'path', path: at, below } },
      ...{ end: { kind: 'until', at: 2_000_000 }, revokedAt: null, madeAt: 1_000_000, uses: 0 },
    }) as unknown as Grant
  const someGrants = fc.array(
    fc
      .tuple(
        place,
        fc.constantFrom('allow' as const, 'deny' as const),
        fc.constantFrom('fs.read' as const, 'fs.write' as const),
        fc.boolean(),
      )
      .map((facts) => grantOf(...facts)),
    { maxLength: 3 },
  )
  const folder = fc.oneof(
    place,
    homePlace.map((text) => text.replace('~', PLACES.home)),
    fc.constantFrom('/srv', '/srv/a/.git', '/home/ada/.config', '/home/ada'),
  )

  it('all else is decided as any other thing in its folder', () => {
    const seen = tally()
    fc.assert(
      fc.property(given, folder, name, sources, someGrants, (asked, at, last, files, grantList) => {
        const index = indexGrants()
        for (const each of grantList) index.add(each)
        const made = decider(files, index)
        const subjects = made.subjects(asked.perimeter)
        const about = subjects.isAboutName(last) || subjects.isAboutPlace(`${at}/${last}`)
        for (const capability of ['fs.read', 'fs.write'] as const) {
          const effect = (file: string) => made.decide({ ...asked, need: path(capability, file) }).effect
          const differs = effect(`${at}/${last}`) !== effect(`${at}/\0`)
          seen.add(`${about ? 'about' : 'plain'} ${differs ? 'differs' : 'same'}`)
          if (!about) expect(differs, `${capability} ${at}/${last}`).toBe(false)
        }
      }),
      runs(2000),
    )
    seen.expectSome(20, 'about differs', 'plain same')
  })
})
