import { describe, expect, it } from 'vitest'
import { fc, runs } from '../../../build/properties.ts'
import { Settings, ToolRules } from '../../../contract/settings.ts'
import { CAPABILITIES } from '../../../contract/words.ts'
import { compilePolicy } from './compile-policy.ts'
import { createDecider } from './decider.ts'
import { input, NO_GRANTS, PLACES, path, policyFile, tool } from './testing/known-computer.ts'
import { followToolRules, withToolRules } from './tool-rules.ts'

const STRICTNESS = { allow: 0, ask: 1, deny: 2 } as const
const inside = { folders: [{ path: '~', read: 'allow', write: 'allow' }] }
const write = path('fs.write', '/home/ada/x')
const read = path('fs.read', '/home/ada/x')

function decide(rules: ToolRules, need = write, files: { managed?: unknown[]; personal?: unknown[] } = {}) {
  const file = (given?: unknown[]) => (given ? policyFile(given) : null)
  const policy = compilePolicy(
    { managed: file(files.managed), personal: file(files.personal), failedClosed: null },
    PLACES,
  )
  return createDecider({
    policy: () => withToolRules(policy, rules),
    grants: () => NO_GRANTS,
    places: PLACES,
  }).decide(input(need, { inside, tool: tool({ name: 'files' }) }))
}

describe('what is set for a tool', () => {
  it('keeps this tool from this kind of thing, and says where that was set', () => {
    const refused = decide({ files: { 'fs.write': 'deny' } })
    expect(refused).toMatchObject({
      effect: 'deny',
      because: [{ layer: 'deny-rule', rule: 'tool:files:fs.write' }],
    })
    expect(refused.because[0]?.text).toContain('Tools page')
    expect(decide({ files: { 'fs.write': 'ask' } }).effect).toBe('ask')
    expect(decide({ files: { 'fs.write': 'deny' } }, read).effect).toBe('allow')
    expect(decide({ web: { 'fs.write': 'deny' } }).effect).toBe('allow')
  })
  it('gives way to what an organization says more strictly, or as strictly', () => {
    const managed = [{ id: 'look', effect: 'ask', capabilities: ['fs.write'] }]
    expect(decide({ files: { 'fs.write': 'ask' } }, write, { managed }).because[0]?.rule).toBe('managed:look')
    expect(decide({ files: { 'fs.write': 'deny' } }, write, { managed }).effect).toBe('deny')
    const allows = [{ id: 'fine', effect: 'allow', capabilities: ['fs.write'] }]
    expect(decide({ files: { 'fs.write': 'ask' } }, write, { managed: allows }).effect).toBe('ask')
  })
  it('only ever narrows', () => {
    const effect = fc.constantFrom('allow', 'ask', 'deny')
    const capability = fc.constantFrom(...CAPABILITIES)
    const ruled = fc.array(
      fc.record({ effect, capabilities: fc.uniqueArray(capability, { minLength: 1, maxLength: 3 }) }),
      { maxLength: 4 },
    )
    const rules = fc.dictionary(
      fc.constantFrom('files', 'web'),
      fc.dictionary(capability, fc.constantFrom('ask', 'deny')),
    )
    const numbered = (list: object[]) => list.map((rule, at) => ({ id: `r${at}`, ...rule }))
    fc.assert(
      fc.property(ruled, ruled, rules, fc.constantFrom(read, write), (managed, personal, given, need) => {
        const files = { managed: numbered(managed), personal: numbered(personal) }
        const before = decide({}, need, files).effect
        const after = decide(given as ToolRules, need, files).effect
        const own = (given as ToolRules).files?.[need.capability]
        const floor = own ? STRICTNESS[own] : 0
        expect(STRICTNESS[after]).toBe(Math.max(STRICTNESS[before], floor))
      }),
      runs(500),
    )
  })
  it('counts from the moment it is set', () => {
    const policy = compilePolicy({ managed: null, personal: null, failedClosed: null }, PLACES)
    let rules: ToolRules = {}
    const current = followToolRules(
      () => policy,
      () => rules,
    )
    const effect = () =>
      createDecider({ policy: current, grants: () => NO_GRANTS, places: PLACES }).decide(
        input(write, { inside, tool: tool({ name: 'files' }) }),
      ).effect
    expect(effect()).toBe('allow')
    rules = { files: { 'fs.write': 'deny' } }
    expect(effect()).toBe('deny')
    expect(current()).toBe(current())
    rules = {}
    expect(effect()).toBe('allow')
  })
  it('is refused as a setting when it would allow, or names what is none', () => {
    for (const bad of [
      { files: { 'fs.write': 'allow' } },
      { files: { 'fs.all': 'ask' } },
      { 'no tool': { 'fs.write': 'ask' } },
    ])
      expect(ToolRules.safeParse(bad).success).toBe(false)
    expect(Settings.parse({}).toolRules).toEqual({})
  })
})
