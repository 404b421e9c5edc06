import { describe, expect, it } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import type { Grant, GrantScope } from '../../contract/grant.ts'
import type { Need } from '../../contract/resource.ts'
import { isLive } from './grant-ends.ts'
import { indexGrants } from './index-grants.ts'
import { covers, mayMean, partCovers, within } from './match-scope.ts'
import { scopeSteps } from './scope-steps.ts'

const HOME = '/home/ada'
const steps = (needs: Need[], ceiling: string | null = `${HOME}/work`) =>
  scopeSteps(needs, { home: HOME, ceiling: () => ceiling })
const words = (needs: Need[], ceiling?: string | null) => steps(needs, ceiling).map((step) => step.words)
const file = (capability: 'fs.read' | 'fs.write' | 'fs.delete', path: string): Need => ({
  capability,
  resource: { kind: 'path', path },
})
const url = (text: string, method = 'GET'): Need => {
  const { hostname, pathname, port, protocol, href } = new URL(text)
  return {
    capability: 'net.request',
    resource: {
      kind: 'url',
      method,
      url: href,
      scheme: protocol.slice(0, -1) as 'https',
      host: hostname,
      port: Number(port || 443),
      path: pathname,
      privateAddress: false,
    },
  }
}

describe('the ladder', () => {
  it('goes from the file to its folders, at most to the perimeter’s line', () => {
    expect(words([file('fs.write', '/home/ada/work/a/b/c.txt')])).toEqual([
      'Write ~/work/a/b/c.txt',
      'Write in ~/work/a/b and below',
      'Write in ~/work/a and below',
      'Write in ~/work and below',
    ])
    expect(words([file('fs.read', '/home/ada/work')])).toEqual(['Read ~/work', 'Read in ~/work and below'])
    expect(words([file('fs.read', '/srv/x')], '/')).toEqual([
      'Read /srv/x',
      'Read in /srv and below',
      'Read in / and below',
    ])
    expect(words([file('fs.read', '/elsewhere/x')])).toEqual(['Read /elsewhere/x'])
    expect(words([file('fs.read', '/home/ada/work/x')], null)).toEqual(['Read ~/work/x'])
  })
  it('keeps the first steps and the last where there are many', () => {
    const deep = `/home/ada/work/${Array.from({ length: 12 }, (_, at) => `d${at}`).join('/')}/x`
    const all = words([file('fs.read', deep)])
    expect(all).toHaveLength(6)
    expect(all[5]).toBe('Read in ~/work and below')
  })
  it('goes from the address to its folders to the host, for this method only', () => {
    expect(words([url('https://api.example.org/v1/items/7?x=1', 'POST')], '/')).toEqual([
      'POST https://api.example.org/v1/items/7?x=1',
      'POST https://api.example.org/v1/items/7 and below',
      'POST https://api.example.org/v1/items and below',
      'POST https://api.example.org/v1 and below',
      'POST https://api.example.org and below',
    ])
    expect(words([url('https://api.example.org:8443/v1/x')], '/v1')).toEqual([
      'GET https://api.example.org:8443/v1/x',
      'GET https://api.example.org:8443/v1/x and below',
      'GET https://api.example.org:8443/v1 and below',
    ])
    expect(words([url('https://api.example.org/v1/..%2fadmin')], '/')).toHaveLength(1)
  })
  it('of a command is its whole arguments, here or below; of one that can run anything only here', () => {
    const run = (
      opaque: boolean,
      more: { readOnly?: true; program?: string; args?: string[] } = {},
    ): Need => ({
      capability: 'command.run',
      resource: {
        kind: 'command',
        program: '/usr/bin/git',
        args: ['commit', '-m', 'a b'],
        cwd: `${HOME}/work`,
        opaque,
        ...more,
      },
    })
    expect(words([run(false)])).toEqual([
      'Run /usr/bin/git commit -m "a b" in ~/work',
      'Run /usr/bin/git commit -m "a b" in ~/work and below',
    ])
    const spaced = { program: '/opt/rm -rf x', args: ['', 'y'] }
    expect(words([run(false, spaced)])[0]).toBe('Run "/opt/rm -rf x" "" y in ~/work')
    expect(words([run(true)])).toEqual(['Run /usr/bin/git commit -m "a b" in ~/work'])
    expect(words([run(false, { readOnly: true })])[0]).toBe(
      'Run /usr/bin/git commit -m "a b" in ~/work, reading only',
    )
  })
  it('of many files starts at their folders, and of more folders than one can read at a common one', () => {
    const moved = Array.from({ length: 12 }, (_, at) => [
      file('fs.write', `${HOME}/work/in/${at}`),
      file('fs.write', `${HOME}/work/out/${at}`),
    ]).flat()
    expect(words(moved)).toEqual([
      'Write in ~/work/in and below; Write in ~/work/out and below',
      'Write in ~/work and below',
    ])
    const scattered = Array.from({ length: 9 }, (_, at) => file('fs.write', `${HOME}/work/f${at}/x`))
    expect(words(scattered)).toEqual(['Write in ~/work and below'])
  })
  it('of what goes to the trash says whether the folder itself goes, and always covers what was asked', () => {
    expect(words([file('fs.delete', `${HOME}/work/a/x`)])).toEqual([
      'Move ~/work/a/x to the trash',
      'Move things in ~/work/a and below to the trash',
      'Move things in ~/work and below to the trash',
    ])
    expect(words([file('fs.delete', `${HOME}/work`)])).toEqual(['Move ~/work to the trash'])
    expect(words([file('fs.delete', `${HOME}/work`), file('fs.delete', `${HOME}/work/x`)])).toEqual([
      'Move ~/work to the trash; Move ~/work/x to the trash',
      'Move ~/work to the trash; Move things in ~/work and below to the trash',
    ])
  })
  it('of a folder that is moved says whether the folder itself goes, and always covers what was asked', () => {
    const taken = (at: string): Need => ({
      capability: 'fs.write',
      resource: { kind: 'path', path: at, taken: true },
    })
    expect(words([taken(`${HOME}/work/a`)])).toEqual(['Write ~/work/a', 'Write in ~/work and below'])
    expect(words([taken(`${HOME}/work`)])).toEqual(['Write ~/work'])
    expect(words([taken(`${HOME}/work`), file('fs.write', `${HOME}/work/x`)])).toEqual([
      'Write ~/work; Write ~/work/x',
      'Write ~/work; Write in ~/work and below',
    ])
    const below: GrantScope = { kind: 'path', path: `${HOME}/work`, below: true }
    expect(covers(below, taken(`${HOME}/work`))).toBe(false)
    expect(covers(below, taken(`${HOME}/work/a`))).toBe(true)
    expect(covers({ ...below, below: false }, taken(`${HOME}/work`))).toBe(true)
    expect(covers(below, file('fs.write', `${HOME}/work`))).toBe(true)
    // A no about what is in it keeps the folder, too.
    expect(covers(below, taken(`${HOME}/work`), 'deny')).toBe(true)
  })
  it('keeps capabilities apart, and grants all that the request needs', () => {
    const [first] = steps([
      file('fs.read', `${HOME}/work/a`),
      file('fs.write', `${HOME}/work/b`),
      { capability: 'secret.use', resource: { kind: 'secret', name: 'token', to: 'https://x:443' } },
    ])
    expect(first?.words).toBe('Read ~/work/a; Write ~/work/b; Use the secret token for https://x:443')
    expect(first?.parts.map(({ capability }) => capability)).toEqual(['fs.read', 'fs.write', 'secret.use'])
  })
})

const segment = fc.constantFrom('a', 'b', 'c', 'aa')
const path = fc.array(segment, { maxLength: 4 }).map((parts) => ['/home/ada/work', ...parts].join('/'))
const need: fc.Arbitrary<Need> = fc.oneof(
  fc
    .tuple(fc.constantFrom('fs.read' as const, 'fs.write' as const, 'fs.delete' as const), path)
    .map(([capability, at]) => file(capability, at)),
  fc
    .tuple(fc.constantFrom('fs.write' as const, 'fs.delete' as const), path)
    .map(([capability, at]): Need => ({ capability, resource: { kind: 'path', path: at, taken: true } })),
  fc
    .tuple(
      fc.array(segment, { maxLength: 3 }),
      fc.constantFrom('', '?q=1', '/', '/..%2fx'),
      fc.constantFrom('GET', 'POST'),
      fc.constantFrom('', ':8443'),
    )
    .map(([parts, end, method, port]) => url(`https://x.example${port}/${parts.join('/')}${end}`, method)),
  fc.tuple(fc.array(segment, { maxLength: 2 }), path).map(
    ([args, cwd]): Need => ({
      capability: 'command.run',
      resource: { kind: 'command', program: '/usr/bin/git', args, cwd, opaque: false },
    }),
  ),
)
const ceiling = (asked: Need) => (asked.resource.kind === 'path' ? '/home/ada/work' : '/')
const outer = (asked: Need): GrantScope =>
  asked.resource.kind === 'url'
    ? {
        kind: 'url',
        scheme: asked.resource.scheme,
        host: asked.resource.host,
        port: asked.resource.port,
        methods: [asked.resource.method],
        path: '/',
        below: true,
      }
    : { kind: 'path', path: '/home/ada/work', below: true }

/** Who wrote down a folder by itself may have meant taking it away, which is not in what lies in it. */
const isItself = (scope: GrantScope, { resource }: Need) =>
  scope.kind === 'path' && resource.kind === 'path' && resource.taken && scope.path === resource.path
const exactly = (scope: GrantScope, asked: Need) =>
  (scope.kind === 'url' || scope.kind === 'path') && !scope.below && covers(scope, asked)

describe('for any request', () => {
  it('every step covers it, each step lies in the next, and none goes past the perimeter’s line', () => {
    fc.assert(
      fc.property(fc.array(need, { minLength: 1, maxLength: 5 }), (needs) => {
        const ladder = scopeSteps(needs, { home: HOME, ceiling })
        for (const { parts } of ladder)
          for (const each of needs) expect(parts.some((part) => partCovers(part, each))).toBe(true)
        ladder.slice(1).forEach(({ parts }, at) => {
          for (const inner of ladder[at]?.parts ?? [])
            expect(
              parts.some(
                (part) =>
                  part.capability === inner.capability && within(inner.scope, part.scope, inner.capability),
              ),
              JSON.stringify([inner, parts]),
            ).toBe(true)
        })
        for (const { parts } of ladder)
          for (const { capability, scope } of parts) {
            const asked = needs.find((each) => each.capability === capability)
            if (asked && scope.kind !== 'command')
              expect(
                needs.some(
                  (each) =>
                    each.capability === capability &&
                    (within(scope, outer(each), capability) || exactly(scope, each)),
                ),
              ).toBe(true)
          }
      }),
      runs(1500),
    )
  })
  it('what a scope within another covers, the other covers', () => {
    fc.assert(
      fc.property(
        fc.array(need, { minLength: 1, maxLength: 3 }),
        fc.array(need, { maxLength: 20 }),
        (needs, tried) => {
          const scopes = scopeSteps(needs, { home: HOME, ceiling }).flatMap(({ parts }) => parts)
          for (const { capability, scope: inner } of scopes)
            for (const { scope } of scopes)
              if (within(inner, scope, capability))
                for (const each of tried)
                  if (each.capability === capability && covers(inner, each) && !isItself(inner, each))
                    expect(covers(scope, each), JSON.stringify([inner, scope, each])).toBe(true)
        },
      ),
      runs(500),
    )
  })
  it('leave for what is in a folder never takes the folder itself away', () => {
    fc.assert(
      fc.property(need, path, (asked, at) => {
        const scopes = scopeSteps([asked], { home: HOME, ceiling }).flatMap(({ parts }) => parts)
        for (const { capability, scope } of scopes)
          if (
            scope.kind === 'path' &&
            scope.below &&
            (capability === 'fs.write' || capability === 'fs.delete')
          ) {
            const take = (path: string): Need => ({
              capability,
              resource: { kind: 'path', path, taken: true },
            })
            expect(covers(scope, take(scope.path))).toBe(false)
            expect(covers(scope, take(at))).toBe(at.startsWith(`${scope.path}/`))
          }
      }),
      runs(1000),
    )
  })
  it('the index finds a grant exactly when a plain scan does', () => {
    const owner = fc.record({
      principalId: fc.constantFrom('p1', 'p2'),
      hash: fc.constantFrom('h1', 'h2'),
      effect: fc.constantFrom('allow' as const, 'deny' as const),
    })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(need, owner, fc.nat(5), fc.boolean()), { maxLength: 12 }),
        need,
        owner,
        (given, asked, asker) => {
          const index = indexGrants()
          const grants: Grant[] = given.flatMap(([each, { principalId, hash, effect }, pick, gone], at) => {
            const ladder = scopeSteps([each], { home: HOME, ceiling })
            const part = ladder[pick % ladder.length]?.parts[0]
            if (!part) return []
            const grant: Grant = {
              id: `g${at}`,
              effect,
              principalId,
              tool: { name: 't', hash },
              ...part,
              words: 'w',
              end: { kind: 'unused', days: 14 },
              madeAt: 0,
              madeBy: '',
              questionId: null,
              uses: 0,
              lastUse: null,
              revokedAt: gone ? 1 : null,
              note: '',
              reason: '',
            }
            index.add(grant)
            return [grant]
          })
          const met = grants.filter(
            (grant) =>
              grant.effect === asker.effect &&
              grant.principalId === asker.principalId &&
              grant.tool.hash === asker.hash &&
              grant.capability === asked.capability &&
              isLive(grant, 0) &&
              (covers(grant.scope, asked, grant.effect) ||
                (grant.effect === 'deny' && mayMean(grant.scope, asked))),
          )
          const found = index.find(asker.effect, {
            need: asked,
            principalId: asker.principalId,
            tool: { name: 't', hash: asker.hash },
            runId: null,
            now: 0,
          })
          if (met.length === 0) expect(found).toBeNull()
          else expect(met).toContain(found)
          for (const grant of grants) index.remove(grant)
          expect(
            index.find(asker.effect, {
              need: asked,
              principalId: asker.principalId,
              tool: { name: 't', hash: asker.hash },
              runId: null,
              now: 0,
            }),
          ).toBeNull()
        },
      ),
      runs(1500),
    )
  })
})
