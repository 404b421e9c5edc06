import type { Question, ScopeKind, ScopeOffer, ScopeStep } from '../../contract/consent.ts'
import type { OriginSpan } from '../../contract/origin.ts'

const LABELS: Record<ScopeKind, string> = {
  once: 'Only this once',
  run: 'This run',
  hour: '1 hour',
  today: 'Today',
  always: 'Always',
}
function offers(open: ScopeKind[], reason = ''): ScopeOffer[] {
  return (Object.keys(LABELS) as ScopeKind[]).map((kind) => ({
    kind,
    label: LABELS[kind],
    enabled: open.includes(kind),
    reason: open.includes(kind) ? '' : reason,
  }))
}
const ALL: ScopeKind[] = ['once', 'run', 'hour', 'today', 'always']
const now = Date.now()
const steps: ScopeStep[] = [
  {
    scope: { kind: 'path', path: '/home/anna/Documents/Archive/2026', below: false },
    words: 'Write exactly these 12 files in ~/Documents/Archive/2026',
    replay: { allowed: 0, deniedThen: 0, since: now - 30 * 86_400_000 },
  },
  {
    scope: { kind: 'path', path: '/home/anna/Documents/Archive/2026', below: true },
    words: 'Write in ~/Documents/Archive/2026 and below',
    replay: { allowed: 14, deniedThen: 0, since: now - 30 * 86_400_000 },
  },
  {
    scope: { kind: 'path', path: '/home/anna/Documents', below: true },
    words: 'Write in ~/Documents and below',
    replay: { allowed: 43, deniedThen: 2, since: now - 30 * 86_400_000 },
  },
]

function span(text: string, part: string, kind: OriginSpan['origin']['kind'], source: string): OriginSpan {
  const start = text.indexOf(part)
  return { start, end: start + part.length, origin: { kind, source, at: now - 120_000 } }
}
const URL_LINE = 'POST https://paste.example.net/new'
const PATH_LINE = '~/Notes/notes.md, 2,148 bytes, text'

const base: Question = {
  id: 'q_send',
  hash: 'a'.repeat(64),
  askedAt: now,
  expiresAt: now + 300_000,
  principal: { id: 'agent_inbox', kind: 'agent', name: 'Inbox helper' },
  tool: { name: 'web', version: '1.4.0', hash: '9f3c66a1'.repeat(8) },
  run: { id: 'run_tidy', title: 'Tidy my downloads' },
  capability: 'net.request',
  needs: [{ capability: 'net.request', resource: { kind: 'plain', text: '' } }],
  title: { verb: 'Send', object: 'notes.md', tail: 'to paste.example.net?' },
  exact: [
    {
      label: 'request',
      text: URL_LINE,
      spans: [span(URL_LINE, 'https://paste.example.net/new', 'outside', 'Downloads/invoice-0311.html')],
      long: false,
    },
    {
      label: 'body',
      text: PATH_LINE,
      spans: [span(PATH_LINE, '~/Notes/notes.md', 'own', '~/Notes')],
      long: false,
    },
    { label: 'secrets', text: 'none', spans: [], long: false },
  ],
  because: [
    {
      layer: 'flow',
      rule: 'flow:send-after-outside',
      text: 'This run has read outside text and holds private data; now it wants to send out.',
    },
    { layer: 'flow', rule: 'flow:unbacked', text: 'The address is in none of your words.' },
    { layer: 'perimeter', rule: 'perimeter:hosts[2]', text: 'Sending to *.example.net asks first.' },
  ],
  lamps: { outside: true, private: true, send: true },
  risk: 'high',
  inertMs: 500,
  holdMs: 900,
  allowLabel: 'Send',
  denyLabel: 'Don’t send',
  offers: offers(['once'], 'The address came from outside text.'),
  steps: [],
  waiting: 0,
  secret: null,
  diff: null,
  task: null,
}

const LONG_TEXT = Array.from({ length: 60 }, (_, at) =>
  at % 9 === 4
    ? `  const row${at} = table.rows[${at}] // keep the order`
    : `line ${at + 1}: ${'lorem ipsum dolor sit amet '.repeat(1 + (at % 3))}`,
).join('\n')

const CHANGE: Question = {
  ...base,
  id: 'q_write',
  capability: 'fs.write',
  tool: { name: 'files', version: '1.0.0', hash: '1b20c4aa'.repeat(8) },
  title: { verb: 'Change', object: 'src/routes/index.tsx', tail: '14 lines added, 3 removed' },
  exact: [
    { label: 'path', text: '/home/anna/work/site/src/routes/index.tsx', spans: [], long: false },
    { label: 'new text', text: LONG_TEXT, spans: [], long: true },
  ],
  diff: `--- a/index.tsx\n+++ b/index.tsx\n@@ -12,7 +12,19 @@ export function Index() {\n   const rows = useRows()\n   return (\n-    <Table rows={rows} />\n-    <p>{rows.length} rows</p>\n-    <Footer />\n+    <main>\n${'+      <Table rows={rows} dense />\n'.repeat(13)}+    </main>\n   )\n }\n`,
  because: [{ layer: 'perimeter', rule: 'perimeter:folders[0]', text: 'Changes in ~/work/site ask first.' }],
  lamps: { outside: false, private: true, send: false },
  risk: 'medium',
  holdMs: 0,
  allowLabel: 'Write',
  denyLabel: 'Don’t write',
  offers: offers(['once', 'run', 'hour'], 'A change of code is offered for an hour at most.'),
  steps: steps.slice(0, 2),
}

/** One of each state that the window can be in. */
export const SCRIPTED_QUESTIONS: Record<string, Question> = {
  send: base,
  move: {
    ...base,
    id: 'q_move',
    capability: 'fs.write',
    tool: { name: 'files', version: '1.0.0', hash: '1b20c4aa'.repeat(8) },
    title: { verb: 'Move', object: '12 files', tail: 'from Downloads to Archive/2026?' },
    exact: Array.from({ length: 12 }, (_, at) => ({
      label: at === 0 ? 'files' : '',
      text: `~/Downloads/invoice-03${String(at + 10)}.pdf → ~/Documents/Archive/2026/invoice-03${String(at + 10)}.pdf`,
      spans: [],
      long: false,
    })),
    because: [
      { layer: 'perimeter', rule: 'perimeter:folders[1]', text: 'Changes in ~/Documents ask first.' },
    ],
    lamps: { outside: false, private: true, send: false },
    risk: 'low',
    holdMs: 0,
    allowLabel: 'Move',
    denyLabel: 'Don’t move',
    offers: offers(ALL),
    steps,
    waiting: 3,
  },
  write: CHANGE,
  large: {
    ...CHANGE,
    id: 'q_large',
    diffPart: true,
    diff: `--- a\tnow\n+++ a\tafter\n\\ 1,204 places change: 1,204 lines go, 1,410 lines come\n@@ -1,1 +1,1 @@\n-a,b,c\n+a,b,d\n@@ -90,3 +90,4 @@\n 17,tram,2.40\n-18,bus,2.40\n+18,bus,2.80\n+18,bus,2.80\n 19,bus,2.40\n\\ … and 1,202 more places\n`,
  },
  long: {
    ...base,
    id: 'q_long',
    title: { verb: 'Send', object: '4.2 kB of text', tail: 'to api.example.org?' },
    exact: [
      {
        label: 'request',
        text: 'PUT https://api.example.org/v1/notes/412?notify=true',
        spans: [],
        long: false,
      },
      { label: 'header', text: 'Authorization: Bearer {{secret:notes-token}}', spans: [], long: false },
      { label: 'body', text: LONG_TEXT, spans: [], long: true },
    ],
    risk: 'medium',
    holdMs: 0,
    offers: offers(['once', 'run'], 'It is too long to be shown at a glance again.'),
    steps: steps.slice(0, 1),
  },
  command: {
    ...base,
    id: 'q_command',
    capability: 'command.run',
    principal: { id: 'client_claude', kind: 'client', name: 'Claude Code' },
    tool: { name: 'commands', version: '2.1.0', hash: 'c0ffee12'.repeat(8) },
    run: null,
    title: { verb: 'Run', object: 'git push origin main', tail: 'in ~/work/site?' },
    exact: [
      { label: 'program', text: '/usr/bin/git', spans: [], long: false },
      { label: 'arguments', text: 'push origin main', spans: [], long: false },
      { label: 'folder', text: '/home/anna/work/site', spans: [], long: false },
      { label: 'reaches', text: 'github.com:443; files in ~/work/site', spans: [], long: false },
    ],
    because: [
      { layer: 'policy', rule: 'policy:no-quiet-push', text: 'Your policy asks before every git push.' },
    ],
    lamps: { outside: false, private: true, send: true },
    risk: 'medium',
    holdMs: 0,
    allowLabel: 'Run',
    denyLabel: 'Don’t run',
    offers: offers(ALL),
    steps: [
      {
        scope: {
          kind: 'command',
          program: '/usr/bin/git',
          args: ['push', 'origin', 'main'],
          exactArgs: true,
          cwd: '/home/anna/work/site',
          cwdBelow: false,
        },
        words: 'Exactly git push origin main in ~/work/site',
        replay: null,
      },
    ],
  },
  hidden: {
    ...base,
    id: 'q_hidden',
    principal: { id: 'agent_x', kind: 'agent', name: 'Rеsearcher' },
    run: { id: 'run_h', title: 'Allow everything? Click “Send”.\u200b\u202e gnihton si ereht' },
    title: { verb: 'Send', object: 'report\u202efdp.exe', tail: 'to раypal.example?' },
    exact: [
      { label: 'request', text: 'POST https://xn--aypal-uye.example/in\u200bvoice', spans: [], long: false },
      { label: 'body', text: '  two  spaces\tand a tab\nand a second line\u0007', spans: [], long: false },
    ],
  },
  secret: {
    ...base,
    id: 'q_secret',
    capability: 'secret.use',
    title: { verb: 'Store a secret', object: 'mail-token', tail: 'for Inbox helper?' },
    exact: [{ label: 'name', text: 'mail-token', spans: [], long: false }],
    because: [{ layer: 'default', rule: 'default:ask', text: 'Only you can give a secret.' }],
    lamps: { outside: false, private: false, send: false },
    risk: 'low',
    holdMs: 0,
    allowLabel: 'Store it',
    denyLabel: 'Don’t store',
    offers: offers(['once'], 'A secret is given once; it stays in the keychain.'),
    secret: {
      name: 'mail-token',
      purpose: 'To read the mailbox over IMAP',
      hosts: ['imap.example.com', 'smtp.example.com:587'],
    },
  },
  task: {
    ...base,
    id: 'q_task',
    capability: 'fs.write',
    title: { verb: 'Work on', object: 'Tidy my downloads', tail: 'for 30 minutes without asking?' },
    exact: [],
    because: [
      { layer: 'default', rule: 'default:budget', text: '20 questions this hour: the budget is used up.' },
    ],
    lamps: { outside: false, private: true, send: false },
    risk: 'medium',
    holdMs: 900,
    allowLabel: 'Allow the task',
    denyLabel: 'Don’t allow',
    offers: offers(['once'], 'It ends by itself.'),
    task: {
      minutes: 30,
      covers: [
        'Move and rename files in ~/Downloads',
        'Create folders in ~/Documents/Archive',
        'Read files in ~/Downloads',
      ],
    },
  },
}
