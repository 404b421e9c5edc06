import { describe, expect, it } from 'vitest'
import type { Grant } from '../../../contract/grant.ts'
import { refused } from '../../../contract/outcome.ts'
import { Perimeter } from '../../../contract/perimeter.ts'
import type { Need } from '../../../contract/resource.ts'
import type { DecideInput } from '../../ports.ts'
import { command, decider, input, PLACES, path, policyFile, tool, url } from './testing/known-computer.ts'

const decide = (given: DecideInput, made = decider()) => {
  const { effect, because } = made.decide(given)
  return `${effect} ${because[0]?.layer} ${because[0]?.rule}`
}
const grant = (effect: 'allow' | 'deny') => ({
  find: (asked: string) =>
    asked === effect ? ({ id: 'g_1', words: 'Write in ~/work and below', reason: '' } as Grant) : null,
  isAboutPlace: () => false,
  places: () => [],
})
const WORK = { folders: [{ path: '~/work', read: 'allow', write: 'ask' }] }

describe('the perimeter', () => {
  it('denies what no line covers', () => {
    expect(decide(input(path('fs.read', '/etc/passwd'), { inside: WORK }))).toBe(
      'deny perimeter perimeter:none',
    )
    expect(decide(input(path('fs.read', '/home/ada/workshop/a'), { inside: WORK }))).toBe(
      'deny perimeter perimeter:none',
    )
  })
  it('lets reading through and asks for writing where the line says so', () => {
    expect(decide(input(path('fs.read', '/home/ada/work'), { inside: WORK }))).toBe(
      'allow perimeter perimeter:folders[0]',
    )
    expect(decide(input(path('fs.write', '/home/ada/work/a/b'), { inside: WORK }))).toBe(
      'ask perimeter perimeter:folders[0]',
    )
  })
  it('asks before a line’s own folder is taken away, whatever is allowed in it', () => {
    const inside = {
      folders: [
        { path: '~/work', read: 'allow', write: 'allow' },
        { path: '~/work/shut', read: 'allow', write: 'deny' },
      ],
    }
    const take = (capability: 'fs.write' | 'fs.delete', at: string): Need => ({
      capability,
      resource: { kind: 'path', path: at, taken: true },
    })
    for (const capability of ['fs.write', 'fs.delete'] as const) {
      expect(decide(input(take(capability, '/home/ada/work'), { inside }))).toMatch(/^ask/)
      expect(decide(input(take(capability, '/home/ada/work/a'), { inside }))).toMatch(/^allow/)
      expect(decide(input(take(capability, '/home/ada/work/shut'), { inside }))).toMatch(/^deny/)
      expect(decide(input(take(capability, '/home/ada'), { inside }))).toMatch(/^deny/)
    }
    // A file that a line names, or a folder that is only changed, is what the line is about.
    expect(decide(input(path('fs.write', '/home/ada/work'), { inside }))).toMatch(/^allow/)
  })

  it('takes the longest folder, and of two equal ones the stricter', () => {
    const folders = [
      { path: '~/work', write: 'allow' },
      { path: '~/work/keep/', read: 'deny', write: 'deny' },
      { path: '~/work/./keep/', write: 'allow' },
    ]
    expect(decide(input(path('fs.write', '/home/ada/work/x'), { inside: { folders } }))).toBe(
      'allow perimeter perimeter:folders[0]',
    )
    expect(decide(input(path('fs.read', '/home/ada/work/keep/x'), { inside: { folders } }))).toBe(
      'deny perimeter perimeter:folders[1]',
    )
  })
  it('means the resolved place of a linked folder, and both places when it denies', () => {
    expect(
      decide(input(path('fs.read', '/srv/real/a'), { inside: { folders: [{ path: '~/link' }] } })),
    ).toMatch(/^allow/)
    expect(
      decide(input(path('fs.read', '/home/ada/link/a'), { inside: { folders: [{ path: '~/link' }] } })),
    ).toMatch(/^deny/)
    const folders = [{ path: '/srv' }, { path: '~/link', read: 'deny', write: 'deny' }]
    expect(decide(input(path('fs.read', '/srv/real/a'), { inside: { folders } }))).toBe(
      'deny perimeter perimeter:folders[1]',
    )
  })
  it('covers hosts by scheme, host, port, method and path at a segment boundary', () => {
    const inside = { hosts: [{ host: 'api.example.org', methods: ['GET', 'POST'], pathPrefix: '/v1' }] }
    const of = (need: ReturnType<typeof url>) => decide(input(need, { inside }))
    expect(of(url('https://api.example.org/v1/things?x=1'))).toBe('allow perimeter perimeter:hosts[0]')
    expect(of(url('https://api.example.org/v1?x=1'))).toMatch(/^allow/)
    expect(of(url('https://api.example.org/v1/things', 'POST'))).toBe('ask perimeter perimeter:hosts[0]')
    expect(of(url('https://api.example.org/v1/things', 'DELETE'))).toMatch(/^deny/)
    expect(of(url('https://api.example.org/v10'))).toMatch(/^deny/)
    expect(of(url('https://api.example.org/v1/..%2fadmin'))).toMatch(/^deny/)
    expect(of(url('https://api.example.org/v1//x'))).toMatch(/^deny/)
    expect(of(url('http://api.example.org/v1/'))).toMatch(/^deny/)
    expect(of(url('https://api.example.org:8443/v1/'))).toMatch(/^deny/)
    expect(of(url('https://x.api.example.org/v1/'))).toMatch(/^deny/)
  })
  it('keeps the methods of the nearest line, so that a wider line does not add to them', () => {
    const inside = {
      hosts: [{ host: 'bank.example' }, { host: '*', methods: ['GET', 'POST'], send: 'allow' }],
    }
    expect(decide(input(url('https://bank.example/pay', 'POST'), { inside }))).toMatch(/^deny/)
    expect(decide(input(url('https://other.example/pay', 'POST'), { inside }))).toMatch(/^allow/)
  })
  it('means public hosts only by a star, and private ones only with their port', () => {
    const star = { hosts: [{ host: '*', scheme: 'http' }] }
    expect(decide(input(url('http://example.org/'), { inside: star }))).toMatch(/^allow/)
    for (const host of ['localhost', 'printer', 'nas.local', 'x.internal'])
      expect(decide(input(url(`http://${host}/`), { inside: star }))).toMatch(/^deny/)
    expect(decide(input(url('http://127.0.0.1/', 'GET', true), { inside: star }))).toMatch(/^deny/)
    const unsaid = { hosts: [{ host: '127.0.0.1', scheme: 'http' }] }
    expect(decide(input(url('http://127.0.0.1/', 'GET', true), { inside: unsaid }))).toMatch(/^deny/)
    const said = { hosts: [{ host: '127.0.0.1', scheme: 'http', port: 8080 }] }
    expect(decide(input(url('http://127.0.0.1:8080/', 'GET', true), { inside: said }))).toMatch(/^allow/)
  })
  const home = { folders: [{ path: '~', read: 'allow', write: 'ask' }] }
  it('knows programs by what their name resolves to, not by their name', () => {
    const inside = {
      ...home,
      commands: [
        { program: 'git', args: ['status'], run: 'allow' },
        { program: 'bash', run: 'allow' },
      ],
    }
    expect(decide(input(command('/usr/bin/git', ['status', '-s']), { inside }))).toBe(
      'allow perimeter perimeter:commands[0]',
    )
    expect(decide(input(command('/usr/bin/git', ['push']), { inside }))).toMatch(/^deny/)
    expect(decide(input(command('/tmp/git', ['status']), { inside }))).toMatch(/^deny/)
    expect(decide(input(command('/usr/bin/bash', ['-c', 'x'], true), { inside }))).toBe(
      'ask default default:opaque',
    )
  })
  it('never lets what can run anything go in silence, except the very arguments that a line names', () => {
    const shell = command('/usr/bin/bash', ['-c', 'ls'], true)
    const line = (args: string[]) => ({ ...home, commands: [{ program: 'bash', args, run: 'allow' }] })
    const allows = decider({
      personal: policyFile([
        { id: 'p', effect: 'allow', capabilities: ['command.run'], commands: [['bash']] },
      ]),
    })
    expect(decide(input(shell, { inside: line(['-c']) }))).toBe('ask default default:opaque')
    expect(decide(input(shell, { inside: line(['-c']) }), allows)).toBe('ask default default:opaque')
    expect(decide(input(shell, { inside: line(['-c', 'ls']) }))).toBe('allow perimeter perimeter:commands[0]')
  })
  it('runs programs only in folders that the agent may look at, and says of others what was asked for', () => {
    const commands = [{ program: 'git', run: 'allow' }]
    const at = (read: string) => ({ folders: [{ path: '~/work', read, write: 'ask' }], commands })
    const git = (cwd: string, way?: { asked: string; places: string[] }) => {
      const need = command('/usr/bin/git', ['status'], false, cwd)
      return way ? { ...need, resource: { ...need.resource, way } as typeof need.resource } : need
    }
    expect(decide(input(git('/home/ada/work'), { inside: at('allow') }))).toMatch(/^allow/)
    expect(decide(input(git('/home/ada/work'), { inside: at('ask') }))).toMatch(/^ask/)
    expect(decide(input(git('/home/ada/work'), { inside: at('deny') }))).toMatch(/^deny/)
    expect(decide(input(git('/home/ada'), { inside: at('allow') }))).toMatch(/^deny/)
    const way = { asked: '/home/other/guess/../../ada/work', places: ['/home/other/guess'] }
    expect(decide(input(git('/home/ada/work', way), { inside: at('allow') }))).toMatch(/^deny/)
  })
  it('takes no word for any program, and an ask for no more programs than it names', () => {
    const git = command('/usr/bin/git', ['status'])
    expect(decide(input(git, { inside: { commands: [{ program: '*', run: 'ask' }] } }))).toMatch(/^deny/)
    expect(
      decide(
        input(command('/tmp/git', ['status']), { inside: { commands: [{ program: 'git', run: 'ask' }] } }),
      ),
    ).toMatch(/^deny/)
    expect(
      decide(
        input(git, {
          inside: {
            commands: [
              { program: 'git', run: 'allow' },
              { program: '/opt/git', run: 'deny' },
            ],
          },
        }),
      ),
    ).toMatch(/^deny/)
  })
  it('lets no prefix cover a path that can be read in more than one way', () => {
    const inside = { hosts: [{ host: 'x.example', pathPrefix: '/v1', send: 'deny' }] }
    expect(decide(input(url('https://x.example/v1/a'), { inside }))).toMatch(/^allow/)
    expect(decide(input(url('https://x.example/v1/..%2fadmin'), { inside }))).toMatch(/^deny/)
    const shut = { hosts: [{ host: 'x.example' }, { host: 'x.example', pathPrefix: '/admin', read: 'deny' }] }
    expect(decide(input(url('https://x.example/v1/..%2fadmin'), { inside: shut }))).toBe(
      'deny perimeter perimeter:hosts[1]',
    )
  })
  it('lets such a path past no narrower line that the whole host’s line does not stand in for', () => {
    const odd = ['https://x.example//admin', 'https://x.example/a/..%2fadmin']
    const methods = {
      hosts: [
        { host: 'x.example', methods: ['GET', 'POST'], send: 'allow' },
        { host: 'x.example', pathPrefix: '/admin', methods: ['GET'] },
      ],
    }
    const ports = {
      hosts: [
        { host: 'nas.local', scheme: 'http', port: 80 },
        { host: 'nas.local', scheme: 'http', pathPrefix: '/admin', read: 'deny' },
      ],
    }
    expect(decide(input(url('https://x.example/admin', 'POST'), { inside: methods }))).toMatch(/^deny/)
    expect(decide(input(url('https://x.example/other', 'POST'), { inside: methods }))).toMatch(/^allow/)
    for (const each of odd) {
      expect(decide(input(url(each, 'POST'), { inside: methods })), each).toMatch(/^deny/)
      expect(decide(input(url(each), { inside: methods })), each).toMatch(/^allow/)
    }
    expect(decide(input(url('http://nas.local/a'), { inside: ports }))).toMatch(/^allow/)
    expect(decide(input(url('http://nas.local/admin'), { inside: ports }))).toMatch(/^deny/)
    expect(decide(input(url('http://nas.local//admin'), { inside: ports }))).toMatch(/^deny/)
  })
  it('asks each time for what lies on the clipboard, whatever allows it', () => {
    const need = { capability: 'clipboard.read', resource: { kind: 'plain', text: 'x' } } as Need
    const inside = (read: string) => ({ inside: { clipboard: { read } }, tool: null })
    const rule = { id: 'free', effect: 'allow', capabilities: ['clipboard.read'] }
    const always = {
      find: (effect: string) => (effect === 'allow' ? ({ id: 'g', words: 'Read it' } as never) : null),
      isAboutPlace: () => false,
      places: () => [],
    }
    const made = decider({ personal: policyFile([rule]) }, always)
    expect(made.decide(input(need, inside('allow'))).effect).toBe('ask')
    expect(decider().decide(input(need, inside('allow'))).effect).toBe('ask')
    expect(made.decide(input(need, inside('deny'))).effect).toBe('deny')
  })

  it('lets an agent call its own model and no other', () => {
    const need = {
      capability: 'model.call',
      resource: { kind: 'model', provider: 'openai', model: 'm', origin: 'https://api:443' },
    } as const
    expect(decide(input(need, { ownModel: need.resource, tool: null }))).toBe(
      'allow perimeter perimeter:model',
    )
    expect(decide(input(need, { ownModel: { ...need.resource, model: 'other' } }))).toMatch(/^deny/)
    expect(decide(input(need))).toMatch(/^deny/)
  })
})

describe('protected places', () => {
  const home = { folders: [{ path: '~', read: 'allow', write: 'allow' }] }
  it.each([
    '.bashrc',
    '.BashRC',
    'work/repo/.git/hooks/pre-commit',
    'work/repo/.git/config',
    'work/repo/.git',
    '.ssh/authorized_keys',
    '.config/autostart/x.desktop',
    '.config/systemd/user/x.service',
    '.config',
    '.claude/settings.json',
    'work/.cursor/mcp.json',
    '.config/sallyport/policy.jsonc',
    'work/repo/.git/commondir',
    'work/repo/.git/worktrees/other/commondir',
    'work/repo/.git/worktrees/other/config.worktree',
    '.config/Code/User/tasks.json',
    '.config/nvim/init.lua',
    'go/bin/tool',
    '.local/lib/python3.12/site-packages/usercustomize.py',
    '.config/google-chrome/Default/Cookies',
  ])('does not let %s be written', (at) => {
    expect(decide(input(path('fs.write', `/home/ada/${at}`), { inside: home }))).toMatch(
      /^deny perimeter built-in:/,
    )
  })
  it.each([
    '.ssh/id_ed25519',
    '.ssh',
    'backup/id_rsa',
    '.gnupg/secring.gpg',
    '.mozilla/firefox/x/cookies.sqlite',
    '.config/sallyport/token',
    '.config/git/credentials',
    '.claude/.credentials.json',
    '.codex/auth.json',
  ])('does not let %s be read', (at) => {
    expect(decide(input(path('fs.read', `/home/ada/${at}`), { inside: home }))).toMatch(
      /^deny perimeter built-in:/,
    )
  })
  it.each(['.ssh/config', '.ssh/id_ed25519.pub', '.bashrc', 'work/.git/config'])('lets %s be read', (at) => {
    expect(decide(input(path('fs.read', `/home/ada/${at}`), { inside: home }))).toMatch(/^allow/)
  })
  it('is lifted by a line that names the place', () => {
    const folders = [
      ...home.folders,
      { path: '~/.bashrc', write: 'ask' },
      { path: '~/.ssh/id_ed25519' },
      { path: '~/work/repo/.git/hooks', write: 'ask' },
    ]
    expect(decide(input(path('fs.write', '/home/ada/.bashrc'), { inside: { folders } }))).toMatch(/^ask/)
    expect(decide(input(path('fs.read', '/home/ada/.ssh/id_ed25519'), { inside: { folders } }))).toMatch(
      /^allow/,
    )
    expect(decide(input(path('fs.read', '/home/ada/.ssh/id_rsa'), { inside: { folders } }))).toMatch(/^deny/)
    expect(
      decide(input(path('fs.write', '/home/ada/work/repo/.git/hooks/x'), { inside: { folders } })),
    ).toMatch(/^ask/)
  })
  it('is not lifted for another protected place in the one that a line names', () => {
    const folders = [...home.folders, { path: '~/bin', write: 'allow' }, { path: '~/.ssh' }]
    const of = (capability: 'fs.read' | 'fs.write', at: string) =>
      decide(input(path(capability, `/home/ada/${at}`), { inside: { folders } }))
    expect(of('fs.write', 'bin/tool')).toMatch(/^allow/)
    expect(of('fs.write', 'bin/repo/.git/hooks/pre-commit')).toBe('deny perimeter built-in:git-hooks')
    expect(of('fs.write', 'bin/.claude/settings.json')).toBe('deny perimeter built-in:other-agents')
    expect(of('fs.write', 'bin/app/.vscode/tasks.json')).toBe('deny perimeter built-in:workspace-settings')
    expect(of('fs.write', 'bin/app/.husky/pre-commit')).toBe('deny perimeter built-in:workspace-settings')
    expect(of('fs.read', 'bin/app/.vscode/tasks.json')).toMatch(/^allow/)
    const byProgram = (at: string) => {
      const resource = { kind: 'path' as const, path: `/home/ada/${at}`, byProgram: true as const }
      return decide(input({ capability: 'fs.write', resource }, { inside: { folders } }))
    }
    expect(byProgram('bin/app/.vscode/tasks.json')).toMatch(/^allow/)
    expect(byProgram('bin/app/.claude/settings.json')).toMatch(/^deny/)
    // Keys are what ~/.ssh is protected for.
    expect(of('fs.read', '.ssh/id_rsa')).toMatch(/^allow/)
    expect(decide(input(path('fs.read', '/home/ada/.ssh/config.d/id_rsa'), { inside: home }))).toBe(
      'deny perimeter built-in:private-keys',
    )
  })
  it('counts among the places that rules name', () => {
    const rule = { id: 'p', effect: 'deny', capabilities: ['fs.write'], paths: ['~/link/x', '**/y'] }
    const made = decider({ personal: policyFile([rule]) })
    const folders = [{ path: '~/work' }]
    expect([...made.subjects(Perimeter.parse({ folders })).places()]).toEqual(
      expect.arrayContaining([
        '/home/ada/link/x',
        '/srv/real/x',
        '/home/ada/.config/autostart',
        '/home/ada/work',
      ]),
    )
  })
  it('is kept from searches below a readable folder', () => {
    const made = decider()
    const perimeter = Perimeter.parse(home)
    expect(made.keptFromReading('/home/ada/.ssh/id_rsa', perimeter)).toBe(true)
    expect(made.keptFromReading('/home/ada/work/x', perimeter)).toBe(false)
  })
})

describe('a rule that allows a place by a link', () => {
  const rule = { id: 'p', effect: 'allow', capabilities: ['fs.read'], paths: ['~/link/a', '/srv/real/b'] }
  const made = decider({ personal: policyFile([rule]) })
  const read = (write: string, file = 'a') => {
    const folders = [
      { path: '/srv', read: 'ask', write: 'deny' },
      { path: '~', read: 'ask', write },
    ]
    return decide(input(path('fs.read', `/srv/real/${file}`), { inside: { folders } }), made)
  }
  it('counts for an agent that can’t change that link', () => {
    expect(read('deny')).toBe('allow policy policy:p')
  })
  it('says nothing for one that can: it would say itself what is allowed', () => {
    for (const write of ['allow', 'ask']) expect(read(write)).toBe('ask perimeter perimeter:folders[0]')
  })
})

describe('the order of the layers', () => {
  const need = path('fs.write', '/home/ada/work/a')
  const all = { capabilities: ['*'] }
  const managed = (effect: string) => ({ managed: policyFile([{ id: 'm', effect, ...all }]) })
  const personal = (effect: string) => ({ personal: policyFile([{ id: 'p', effect, ...all }]) })
  const stop = refused('stopped', 'Everything is stopped.')
  const outside = {
    lamps: { outside: true, private: false, send: false },
    backed: false,
    unbacked: ['the path is in none of your words'],
  }

  it('puts a managed denial before Stop, Stop before the perimeter, the perimeter before the manifest', () => {
    expect(decide(input(need, { stop }), decider(managed('deny')))).toBe('deny managed-deny managed:m')
    expect(decide(input(need, { stop }))).toBe('deny stop stop:stopped')
    expect(decide(input(need, { tool: tool({ capabilities: [] }) }))).toBe('deny perimeter perimeter:none')
    expect(
      decide(input(need, { inside: WORK, tool: tool({ capabilities: [] }) }), decider(personal('deny'))),
    ).toBe('deny manifest manifest:capabilities')
    expect(decide(input(need, { inside: WORK }), decider(personal('deny'), grant('allow')))).toBe(
      'deny deny-rule policy:p',
    )
  })
  it('puts a remembered denial before a grant', () => {
    const both = {
      find: () => ({ id: 'g_1', words: 'w', reason: '' }) as Grant,
      isAboutPlace: () => false,
      places: () => [],
    }
    expect(decide(input(need, { inside: WORK }), decider({}, both))).toBe('deny deny-rule grant:g_1')
  })
  it('puts grants before policy, except where the organization wants to be asked', () => {
    expect(decide(input(need, { inside: WORK }), decider(personal('ask'), grant('allow')))).toBe(
      'allow grant grant:g_1',
    )
    expect(decide(input(need, { inside: WORK }), decider(managed('ask'), grant('allow')))).toBe(
      'ask policy managed:m',
    )
  })
  it('lets policy pre-approve what the perimeter would ask, and ask what it would allow, but not widen it', () => {
    expect(decide(input(need, { inside: WORK }), decider(personal('allow')))).toBe('allow policy policy:p')
    expect(
      decide(input(path('fs.read', '/home/ada/work/a'), { inside: WORK }), decider(personal('ask'))),
    ).toBe('ask policy policy:p')
    expect(
      decide(
        input(path('fs.read', '/etc/hosts'), { inside: WORK }),
        decider(personal('allow'), grant('allow')),
      ),
    ).toMatch(/^deny perimeter/)
  })
  it('asks after outside text unless the person’s words, a grant, or the perimeter back it', () => {
    const inside = {
      commands: [{ program: 'git', run: 'allow' }],
      hosts: [{ host: 'example.org', methods: ['GET', 'POST'], send: 'allow' }],
      folders: [{ path: '~/work', write: 'allow' }, { path: '~/asks' }],
    }
    const post = url('https://example.org/', 'POST')
    for (const asked of [post, url('https://example.org/'), command('/usr/bin/git', ['push'])]) {
      expect(decide(input(asked, { inside }))).toMatch(/^allow perimeter/)
      expect(decide(input(asked, { inside, flow: outside }))).toBe('ask flow flow:outside')
      expect(decide(input(asked, { inside, flow: { ...outside, backed: true } }))).toMatch(/^allow perimeter/)
      expect(decide(input(asked, { inside, flow: outside }), decider({}, grant('allow')))).toBe(
        'allow grant grant:g_1',
      )
      expect(decide(input(asked, { inside, flow: outside }), decider(personal('allow')))).toBe(
        'ask flow flow:outside',
      )
    }
    expect(decide(input(path('fs.write', '/home/ada/asks/a'), { inside, flow: outside }))).toBe(
      'ask flow flow:outside',
    )
    expect(decide(input(need, { inside, flow: outside }))).toMatch(/^allow perimeter/)
    expect(decide(input(path('fs.read', '/home/ada/work/a'), { inside, flow: outside }))).toMatch(/^allow/)
  })
  it('takes a program that can change nothing and reach no host as one that looks', () => {
    const inside = { ...WORK, commands: [{ program: 'git', run: 'allow' }] }
    const flow = { ...outside, lamps: { outside: true, private: true, send: true } }
    const free = command('/usr/bin/git', ['log'])
    const bound = { ...free, resource: { ...free.resource, readOnly: true as const } } as Need
    expect(decide(input(free, { inside, flow }))).toBe('ask flow flow:outside-and-private')
    expect(decide(input(bound, { inside, flow }))).toBe('allow perimeter perimeter:commands[0]')
    expect(decide(input(bound, { inside: WORK, flow }))).toMatch(/^deny perimeter/)
  })
  it('lets no grant carry data out once outside text and private data are both in the run', () => {
    const flow = { ...outside, lamps: { outside: true, private: true, send: true } }
    const inside = {
      hosts: [{ host: 'example.org', methods: ['POST'], send: 'allow' }],
      commands: [{ program: 'git', run: 'allow' }],
      ...WORK,
    }
    const made = decider({}, grant('allow'))
    const post = url('https://example.org/', 'POST')
    expect(decide(input(post, { inside, flow }), made)).toBe('ask flow flow:outside-and-private')
    expect(decide(input(command('/usr/bin/git', ['push']), { inside, flow }), made)).toBe(
      'ask flow flow:outside-and-private',
    )
    expect(decide(input(post, { inside, flow: { ...flow, backed: true } }), made)).toBe(
      'allow grant grant:g_1',
    )
    expect(decide(input(need, { inside, flow }), made)).toBe('allow grant grant:g_1')
    expect(decide(input({ capability: 'notify', resource: { kind: 'plain', text: 'x' } }, { flow }))).toMatch(
      /^allow/,
    )
  })
  it('refuses everything when the managed file can not be trusted', () => {
    const broken = decider({ failedClosed: 'The policy of your organization can’t be read.' })
    expect(decide(input(path('fs.read', '/home/ada/work/a'), { inside: WORK }), broken)).toBe(
      'deny managed-deny managed:broken-file',
    )
  })
  it('bounds every perimeter by the managed one', () => {
    const bound = policyFile([], { perimeter: { folders: [{ path: '~/work', write: 'ask' }] } })
    const wide = { folders: [{ path: '~', write: 'allow' }] }
    expect(
      decide(input(path('fs.read', '/home/ada/x'), { inside: wide }), decider({ managed: bound })),
    ).toMatch(/^deny managed-deny managed:none/)
    expect(
      decide(input(path('fs.write', '/home/ada/work/x'), { inside: wide }), decider({ managed: bound })),
    ).toMatch(/^ask perimeter/)
  })
})

describe('several needs', () => {
  it('take the strictest decision and say which of them ask', () => {
    const { need: _, ...base } = input(path('fs.read', '/x'), {
      inside: { folders: [{ path: '~/work', write: 'ask' }] },
    })
    const made = decider()
    const both = made.decideAll(base, [
      path('fs.read', '/home/ada/work/a'),
      path('fs.write', '/home/ada/work/b'),
    ])
    expect(both.effect).toBe('ask')
    expect(both.asking).toEqual([path('fs.write', '/home/ada/work/b')])
    expect(
      made.decideAll(base, [path('fs.read', '/home/ada/work/a'), path('fs.read', '/etc/x')]).effect,
    ).toBe('deny')
    expect(() => made.decideAll(base, [])).toThrow()
  })
})

describe('a secret that the agent asks the person for', () => {
  const asked = (name: string): DecideInput['need'] => ({
    capability: 'secret.use',
    resource: { kind: 'secret', name, to: 'https://api.example.org:443', asked: true },
  })
  const used = (name: string): DecideInput['need'] => ({
    capability: 'secret.use',
    resource: { kind: 'secret', name, to: 'https://api.example.org:443' },
  })
  const inside = {
    secrets: [
      { name: 'named', use: 'allow' },
      { name: 'barred', use: 'deny' },
    ],
  }
  it('is a question, whether a line names it or not', () => {
    expect(decide(input(asked('new'), { inside }))).toBe('ask perimeter perimeter:secrets')
    expect(decide(input(asked('named'), { inside }))).toBe('ask perimeter perimeter:secrets[0]')
  })
  it('is refused where a line or a rule denies it', () => {
    expect(decide(input(asked('barred'), { inside }))).toBe('deny perimeter perimeter:secrets[1]')
    const no = policyFile([{ id: 'no', effect: 'deny', capabilities: ['secret.use'], secrets: ['new'] }])
    expect(decide(input(asked('new'), { inside }), decider({ personal: no } as never))).toBe(
      'deny deny-rule policy:no',
    )
  })
  it('is refused where the organization’s bound does not name it', () => {
    const bound = {
      ...policyFile([]),
      perimeter: Perimeter.parse({ secrets: [{ name: 'named', use: 'allow' }] }),
    }
    const made = decider({ managed: bound } as never)
    expect(decide(input(asked('new'), { inside }), made)).toMatch(/^deny managed-deny/)
    expect(decide(input(asked('named'), { inside }), made)).toMatch(/^ask/)
  })
  it('is asked each time: no grant and no rule gives a value', () => {
    expect(decide(input(asked('new'), { inside }), decider({}, grant('allow') as never))).toMatch(/^ask/)
    const yes = policyFile([{ id: 'yes', effect: 'allow', capabilities: ['secret.use'], secrets: ['new'] }])
    expect(decide(input(asked('new'), { inside }), decider({ personal: yes } as never))).toMatch(/^ask/)
  })
  it('asking opens no use: what no line names is used by nobody', () => {
    expect(decide(input(used('new'), { inside }))).toBe('deny perimeter perimeter:none')
    expect(decide(input(used('named'), { inside }))).toBe('allow perimeter perimeter:secrets[0]')
  })
})

describe('names that look the same', () => {
  const [ONE, TWO] = ['Priv\u00e9', 'Prive\u0301']
  const both = [
    [ONE, TWO],
    [TWO, ONE],
  ] as const
  const folders = [{ path: '~/work', read: 'allow', write: 'allow' }]
  it.each(both)('are one to a rule that keeps out, by place, name or ending (%j, %j)', (written, found) => {
    for (const pattern of [`~/work/${written}`, `**/${written}`, `**/x.${written}/y`, `**/*.${written}`]) {
      const rule = { id: 'p', effect: 'deny', capabilities: ['fs.read'], paths: [pattern] }
      const made = decider({ personal: policyFile([rule]) })
      const at = `/home/ada/work/${pattern.slice(2).replace('work/', '').replace('/*', '/a').replace(written, found)}`
      expect(decide(input(path('fs.read', at), { inside: { folders } }), made)).toBe(
        'deny deny-rule policy:p',
      )
      const subjects = made.subjects(Perimeter.parse({ folders }))
      const last = at.slice(at.lastIndexOf('/') + 1)
      expect(subjects.isAboutPlace(at) || subjects.isAboutName(last)).toBe(true)
    }
    const asks = { id: 'a', effect: 'ask', capabilities: ['fs.read'], paths: [`~/work/${written}`] }
    const need = path('fs.read', `/home/ada/work/${found}/x`)
    expect(decide(input(need, { inside: { folders } }), decider({ personal: policyFile([asks]) }))).toMatch(
      /^ask/,
    )
  })
  it.each(both)('are one to a line that asks or is shut (%j, %j)', (written, found) => {
    const of = (line: object, capability: 'fs.read' | 'fs.write' = 'fs.read', more: object[] = []) =>
      decide(
        input(path(capability, `/home/ada/work/${found}/a/b`), {
          inside: { folders: [...folders, { path: `~/work/${written}`, ...line }, ...more] },
        }),
      )
    expect(of({ read: 'deny', write: 'deny' })).toBe('deny perimeter perimeter:folders[1]')
    expect(of({ read: 'ask', write: 'ask' })).toBe('ask perimeter perimeter:folders[1]')
    expect(of({ read: 'allow', write: 'ask' }, 'fs.write')).toBe('ask perimeter perimeter:folders[1]')
    expect(of({ read: 'allow', write: 'ask' })).toMatch(/^allow/)
    const deeper = [{ path: `~/work/${found}/a`, read: 'allow', write: 'allow' }]
    expect(of({ read: 'deny', write: 'deny' }, 'fs.read', deeper)).toBe(
      'allow perimeter perimeter:folders[2]',
    )
  })
  it.each(both)('are two to what lets through (%j, %j)', (written, found) => {
    const need = path('fs.read', `/home/ada/${found}/x`)
    for (const level of ['allow', 'ask'] as const) {
      const inside = { folders: [{ path: `~/${written}`, read: level }] }
      expect(decide(input(need, { inside }))).toBe('deny perimeter perimeter:none')
    }
    const rule = { id: 'p', effect: 'allow', capabilities: ['fs.write'], paths: [`~/work/${written}`] }
    const inside = { folders: [{ path: '~/work', write: 'ask' }] }
    expect(
      decide(
        input(path('fs.write', `/home/ada/work/${found}`), { inside }),
        decider({ personal: policyFile([rule]) }),
      ),
    ).toMatch(/^ask/)
    // A line that only looks as if it named the place lifts no protection.
    const own = { ...PLACES, own: [`/home/ada/${found}`] }
    const lines = [{ path: '~' }, { path: `~/${written}`, read: 'ask' }]
    expect(decide(input(need, { inside: { folders: lines } }), decider({}, undefined, own))).toBe(
      'deny perimeter built-in:sallyport',
    )
  })
  it.each(both)('are one to a rule that keeps a program out (%j, %j)', (written, found) => {
    const made = (effect: string, pattern: string) =>
      decider({
        personal: policyFile([{ id: 'p', effect, capabilities: ['command.run'], commands: [[pattern]] }]),
      })
    const need = command(`/home/ada/work/${found}`)
    const inside = {
      folders,
      commands: [{ program: need.resource.kind === 'command' ? need.resource.program : '' }],
    }
    expect(decide(input(need, { inside }), made('deny', `/home/ada/work/${written}`))).toMatch(
      /^deny deny-rule/,
    )
    expect(decide(input(need, { inside }), made('deny', written))).toMatch(/^deny deny-rule/)
    expect(decide(input(need, { inside }), made('allow', `/home/ada/work/${written}`))).toMatch(/^ask/)
  })
  it('are one to protected places, with what can’t be seen and what case folding takes for the same', () => {
    const home = { folders: [{ path: '~', read: 'allow', write: 'allow' }] }
    for (const at of ['.\u200bssh/id_x', '.\u017fsh/id_x', '.ba\u00adshrc', 'work/.git\ufeff/hooks/x'])
      expect(decide(input(path('fs.write', `/home/ada/${at}`), { inside: home }))).toMatch(
        /^deny perimeter built-in:/,
      )
  })
  it('a sigma is one letter wherever it stands in a name, where case is not told apart', () => {
    const mac = { ...PLACES, platform: 'darwin' as const }
    const inside = { folders: [{ path: '/srv/ΑΣ' }] }
    expect(decide(input(path('fs.read', '/srv/ας/x'), { inside }), decider({}, undefined, mac))).toMatch(
      /^allow/,
    )
    expect(decide(input(path('fs.read', '/srv/ασ/x'), { inside }), decider({}, undefined, mac))).toMatch(
      /^allow/,
    )
  })
})
