// Who may import what, and why. Everything that is not named here is refused; .dependency-cruiser.mjs turns the
// table into rules and scripts/check-walls.mjs runs them. Paths are regular expressions from the repository's root.
// Tests beside the code (*.test.ts, testing/) are not part of the product and are not bound by it.

/** Modules of Node that compute and touch nothing. */
export const harmlessBuiltins = [
  'assert',
  'async_hooks',
  'buffer',
  'crypto',
  'diagnostics_channel',
  'events',
  'os',
  'path',
  'perf_hooks',
  'process',
  'querystring',
  'readline',
  'stream',
  'string_decoder',
  'timers',
  'url',
  'util',
  'zlib',
]

/** Packages that compute and touch nothing; any room of the broker may use them. */
export const harmlessPackages = ['birpc', 'diff', 'ipaddr.js', 'jsonc-parser', 'picomatch', 'zod']

/** The walls between processes: what each folder may import of the project and of packages. */
export const walls = [
  {
    where: '^contract/',
    project: ['^contract/'],
    packages: ['birpc', 'zod'],
    builtins: [],
    because:
      'A contract is schemas, types and how a line is read: both sides of a wall need it, so it does nothing by itself.',
  },
  {
    where: '^broker/',
    project: ['^broker/', '^contract/'],
    because:
      'The authority knows nothing of windows, sandboxes or terminals; it is reached through contracts.',
  },
  {
    where: '^sandbox/',
    project: ['^sandbox/', '^contract/'],
    packages: ['isolated-vm', 'zod'],
    builtins: ['buffer', 'fs', 'module', 'os', 'process', 'stream'],
    because: 'The box runs hostile code: the less lies in it, the less there is to take.',
  },
  {
    where: '^electron/',
    project: ['^electron/', '^parents/', '^contract/'],
    packages: ['electron', 'zod'],
    builtins: ['*'],
    because: 'The shell shows and relays; what it would need from the broker, it asks for.',
  },
  {
    where: '^renderer/',
    project: ['^renderer/', '^contract/'],
    packages: [
      '@tanstack/react-virtual',
      'lucide-react',
      'radix-ui',
      'react',
      'react-dom',
      'uplot',
      'zod',
      'zustand',
    ],
    builtins: [],
    because: 'Pages are sandboxed: no Node, no Electron, only what the contract says.',
  },
  {
    where: '^cli/',
    project: ['^cli/', '^parents/', '^contract/'],
    packages: ['commander', 'zod'],
    builtins: ['*'],
    because: 'The command line is a client like any other.',
  },
  {
    where: '^parents/',
    project: ['^parents/', '^contract/'],
    packages: [],
    builtins: ['child_process', 'fs', 'process'],
    because: 'What shell and command line both do as parents of a broker, and nothing else.',
  },
]

/**
 * The places of the broker that touch the machine, each with its reason. `builtins` and `packages` are what it may
 * import beyond the harmless ones; '*' is anything.
 */
export const machineTouching = [
  {
    where: '^broker/(main|make-broker|make-rooms)\\.ts$',
    builtins: ['fs', 'module'],
    packages: [],
    because: 'Wires the parts and makes the data folder; acts for nobody.',
  },
  {
    where: '^broker/verify-log\\.child\\.ts$',
    builtins: ['fs', 'sqlite'],
    packages: [],
    because: 'Verifies the log while no broker runs: reads it and what is known of it, and writes nothing.',
  },
  {
    where: '^broker/diagnostic-log\\.ts$',
    builtins: ['fs'],
    packages: [],
    because: 'Our own log of faults, apart from the record.',
  },
  {
    where: '^broker/release-memory\\.ts$',
    builtins: ['v8', 'vm'],
    packages: [],
    because: "V8's own collector is reached only so; no code of others is run.",
  },
  {
    where: '^broker/gate/fit-input\\.ts$',
    builtins: ['vm'],
    packages: [],
    because: 'Ends the check of a hostile schema after a moment; runs a line of its own and no other code.',
  },
  {
    where: '^broker/capabilities/',
    builtins: ['child_process', 'dns', 'fs', 'http', 'https', 'net', 'tls'],
    packages: ['undici'],
    because: 'Acts for a tool or an agent, with a permit in hand.',
  },
  {
    where: '^broker/disk/',
    builtins: ['fs'],
    packages: [],
    because:
      'How large folders are gone through and removed, for the hands and for undo; decides nothing, and acts for nobody by itself.',
  },
  {
    where: '^broker/activity/',
    builtins: ['fs', 'sqlite', 'worker_threads'],
    packages: [],
    because: 'Keeps the record: it must be written before anything is done.',
  },
  {
    where: '^broker/origins/',
    builtins: ['worker_threads'],
    packages: [],
    because: 'Compares what a run has read on a thread of its own; reads and writes nothing.',
  },
  {
    where: '^broker/store/',
    builtins: ['fs', 'sqlite'],
    packages: [],
    because: "Keeps the product's own documents: agents, grants, settings.",
  },
  {
    where: '^broker/lanes/',
    builtins: ['child_process', 'fs', 'module', 'net', 'worker_threads'],
    packages: ['@anthropic-ai/sandbox-runtime'],
    because:
      'Starts, watches and kills the processes in which tools and commands run; watches from a thread, so that a busy broker still sees a limit passed.',
  },
  {
    where: '^broker/secrets/',
    builtins: ['child_process', 'fs', 'module', 'net', 'worker_threads'],
    packages: ['@secretlint/core', '@secretlint/secretlint-rule-preset-recommend', 'keytar'],
    because:
      'Talks to the keychain, in a child that can be given up when the keychain hangs; asks the session bus whether it is locked.',
  },
  {
    where: '^broker/desktop/follow-xscreensaver\\.ts$',
    builtins: ['child_process', 'fs'],
    packages: [],
    because: 'Asks XScreenSaver whether it has locked the screen: only its own command knows.',
  },
  {
    where: '^broker/doors/',
    builtins: ['fs', 'net'],
    packages: [],
    because: 'Listens on the local socket, and keeps the token that only the user can read.',
  },
  {
    where: '^broker/policy/',
    builtins: ['fs'],
    packages: [],
    because: 'Reads policy files and watches them for changes.',
  },
  {
    where: '^broker/catalog/',
    builtins: ['fs', 'module'],
    packages: ['es-module-lexer'],
    because: 'Loads installed tools whole, strips their types, and hashes them.',
  },
  {
    where: '^broker/models/(?!tour/)',
    builtins: [],
    packages: ['@ai-sdk/anthropic', '@ai-sdk/openai', '@ai-sdk/openai-compatible', 'ai'],
    because: 'Speaks to models, each call with a permit of the gate; its network is handed to it.',
  },
  {
    where: '^broker/models/tour/create-tour-folder\\.ts$',
    builtins: ['fs'],
    packages: [],
    because: 'Makes the sample folder of the guided tour; touches only files that it made itself.',
  },
  {
    where: '^broker/undo/',
    builtins: ['fs'],
    packages: [],
    because: 'Keeps before-images of what a run changes, and puts them back when the person asks.',
  },
  {
    where: '^broker/stop/',
    builtins: ['fs'],
    packages: [],
    because: 'Persists the stop state, which must survive any process, and writes receipts.',
  },
  {
    where: '^broker/readiness/',
    builtins: ['child_process', 'fs'],
    packages: [],
    because: 'Looks at the machine: one probe a file.',
  },
]

/** Files that may use a way round the import rules, and which: native code can't be loaded by an import. */
export const mayLoad = {
  // Node's crypto takes a tenth of the sandbox's start, so it is loaded when a tool first asks for it.
  'sandbox/host-calls.ts': ['process.getBuiltinModule'],
  'sandbox/host-crypto.ts': ['process.getBuiltinModule'],
  // The engine's flag that shows its collector, for a moment, once a tool has read some megabytes.
  'sandbox/collect-garbage.ts': ['process.getBuiltinModule'],
  // Hands the model calls, which pass the gate, the one function they may send with.
  'broker/make-rooms.ts': ['fetch'],
  // Hands the log's exporter, which a person turned on, the one function it may send with.
  'broker/keep-watch.ts': ['fetch'],
  // Finds the sandbox runtime's own programs beside it.
  'broker/lanes/contained/contained.child.ts': ['createRequire'],
  // The keychain's native addon can only be required.
  'broker/secrets/keychain.child.ts': ['createRequire'],
  // The model SDK prints warnings to the terminal; its only switch for that is a global.
  'broker/models/stream-sdk.ts': ['globalThis'],
}
