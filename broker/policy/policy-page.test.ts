/** docs/POLICY.md says what the gate answers: each table is checked against the policy above it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Perimeter } from '../../contract/perimeter.ts'
import type { Need } from '../../contract/resource.ts'
import { findRuleFaults } from '../gate/decide/find-rule-faults.ts'
import { command, decider, input, PLACES, path, tool, url } from '../gate/decide/testing/known-computer.ts'
import { parsePolicy } from './parse-policy.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'POLICY.md'), 'utf8')
const PERIMETER = Perimeter.parse({
  folders: [{ path: '~/Documents', write: 'ask' }],
  hosts: [{ host: 'api.example.org', methods: ['GET', 'POST', 'PUT'] }],
  commands: [{ program: 'git' }],
})
const WIDE = Perimeter.parse({ ...PERIMETER, folders: [{ path: '~', write: 'ask' }] })

function needOf(request: string): Need {
  const [verb = '', ...rest] = request.split(' ')
  if (verb === 'run')
    return command(rest[0] ?? '', rest.slice(1), rest[0]?.endsWith('/bash'), '/home/ada/Documents')
  if (verb.startsWith('fs.')) return path(verb as 'fs.read', rest.join(' ').replace(/^~/, PLACES.home))
  return url(rest.join(' '), verb)
}

const examples = [...page.matchAll(/```jsonc( managed)?\n([\s\S]*?)```\n\n((?:\|.*\n)+)/g)].map(
  ([, managed, text = '', table = '']) => ({
    managed: managed !== undefined,
    text,
    rows: table
      .trim()
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').map((cell) => cell.trim().replace(/^`|`$/g, ''))),
  }),
)

describe('docs/POLICY.md', () => {
  it('has its examples', () => {
    expect(examples).toHaveLength(6)
    expect(page.match(/```jsonc/g)).toHaveLength(6)
  })
  for (const { managed, text, rows } of examples) {
    const { policy, faults } = parsePolicy(text, 'POLICY.md', findRuleFaults)
    const made = decider(managed ? { managed: policy } : { personal: policy })
    it.each(rows)(`${policy?.rules[0]?.id}: %s %s → %s by %s`, (_, request, effect, rule) => {
      expect(faults).toEqual([])
      const decision = made.decide(
        input(needOf(request ?? ''), {
          perimeter: managed ? WIDE : PERIMETER,
          tool: null,
          principal: { id: 'agent_w', kind: 'agent', name: 'Writer' },
        }),
      )
      expect(`${decision.effect} ${decision.because[0]?.rule}`).toBe(`${effect} ${rule}`)
    })
  }
})

describe('docs/runbooks', () => {
  it('keeps a tool that has gone bad out by the rule that it names, and no other tool', () => {
    const runbook = readFileSync(
      join(import.meta.dirname, '..', '..', 'docs/runbooks/tool-gone-bad.md'),
      'utf8',
    )
    const rule = /`(\{ "id": "no-bad-tool"[^`]*)`/.exec(runbook)?.[1]?.replace('NAME', 'bad')
    const { policy, faults } = parsePolicy(`{ "version": 1, "rules": [${rule}] }`, 'runbook', findRuleFaults)
    expect(faults).toEqual([])
    const made = decider({ personal: policy })
    const decide = (name: string) =>
      made.decide(
        input(path('fs.read', `${PLACES.home}/Documents/a.txt`), {
          perimeter: PERIMETER,
          tool: tool({ name }),
        }),
      )
    expect(decide('bad')).toMatchObject({ effect: 'deny', because: [{ rule: 'policy:no-bad-tool' }] })
    expect(decide('good').effect).toBe('allow')
  })
})
