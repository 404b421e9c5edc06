/**
 * The two policy files: loaded, watched, compiled. A managed file that can't be trusted shuts everything; a personal
 * file that can't be used leaves the last good one in force (also over a restart) and says so.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { failed, type Outcome, ok, refused } from '../../contract/outcome.ts'
import type { PolicyFault, PolicyFile, PolicyStatus } from '../../contract/policy.ts'
import type { CompiledPolicy, PolicyBook, PolicySources } from '../ports.ts'
import { FIRST_POLICY } from './first-policy.ts'
import { parsePolicy, type RuleFault } from './parse-policy.ts'
import { readPolicyFile } from './read-policy-file.ts'
import { watchFile } from './watch-file.ts'

export interface PolicyBookOptions {
  personalFile: string
  /** A copy of the last personal file that had no fault, for a start with a broken one. */
  lastGoodFile: string
  managedFile: string
  /** Who must own the managed file: 0, root, but in tests. */
  managedOwner?: number
  check(policy: PolicyFile): RuleFault[]
  compile(sources: PolicySources): CompiledPolicy
  /** Off where nothing should go on after the call (the terminal). */
  watch?: boolean
}

interface Loaded {
  file: string
  present: boolean
  text: string
  policy: PolicyFile | null
  faults: PolicyFault[]
}

/** In force while the personal file is broken and no good one is known: nobody knows what it was to forbid. */
const ASK_ALWAYS: PolicyFile = {
  version: 1,
  rules: [
    {
      id: 'broken-personal-file',
      effect: 'ask',
      capabilities: ['*'],
      reason: 'your policy file can’t be read, so everything asks until it can',
    },
  ],
  settings: {},
  locked: {},
}

export function openPolicyBook(options: PolicyBookOptions): PolicyBook {
  const owner = options.managedOwner ?? 0
  const load = (file: string, ownedBy: number | null) => loadFile(file, ownedBy, options.check)
  let managed = load(options.managedFile, owner)
  let personal = load(options.personalFile, null)
  let lastGood =
    personal.policy ?? (personal.faults.length > 0 ? load(options.lastGoodFile, null).policy : null)
  let sources = sourcesOf(managed, personal, lastGood)
  let compiled = options.compile(sources)
  const listeners = new Set<(status: PolicyStatus) => void>()
  keepLastGood()

  function reload(): void {
    managed = load(options.managedFile, owner)
    personal = load(options.personalFile, null)
    if (personal.policy || !personal.present) lastGood = personal.policy
    sources = sourcesOf(managed, personal, lastGood)
    compiled = options.compile(sources)
    keepLastGood()
    const now = status()
    for (const listener of listeners) listener(now)
  }

  function keepLastGood(): void {
    try {
      if (personal.policy) putFile(options.lastGoodFile, personal.text)
    } catch {
      // Without a copy, a start with a broken file asks for everything: nothing is lost but comfort.
    }
  }

  function status(): PolicyStatus {
    const usingLastGood = personal.faults.length > 0
    const failedClosed = sources.failedClosed !== null
    return {
      personal: {
        file: personal.file,
        present: personal.present,
        rules: sources.personal?.rules.length ?? 0,
        faults: personal.faults,
        usingLastGood,
      },
      managed: {
        file: managed.file,
        present: managed.present,
        rules: managed.policy?.rules.length ?? 0,
        faults: managed.faults,
        failedClosed,
      },
      locked: managed.policy?.locked ?? {},
    }
  }

  const watched =
    options.watch === false
      ? []
      : [options.personalFile, options.managedFile].map((file) => watchFile(file, reload))
  return {
    compiled: () => compiled,
    sources: () => sources,
    status,
    text() {
      const read = readPolicyFile(options.personalFile, null)
      return read.kind === 'text' ? read.text : FIRST_POLICY
    },
    save(text): Outcome<PolicyStatus> {
      const { faults } = parsePolicy(text, options.personalFile, options.check)
      const first = faults[0]
      if (first)
        return refused(
          'invalid-request',
          `Line ${first.line}, column ${first.column}: ${first.text} Nothing was saved.`,
        )
      try {
        putFile(options.personalFile, text)
      } catch (error) {
        return failed(
          'io',
          `The policy file could not be written (${(error as NodeJS.ErrnoException).code}). The old one still counts.`,
        )
      }
      reload()
      return ok(status())
    },
    parse: (text, name) => parsePolicy(text, name, options.check),
    settings: () => ({
      managed: managed.policy?.settings ?? {},
      personal: sources.personal?.settings ?? {},
      locked: managed.policy?.locked ?? {},
    }),
    onChange(fn) {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    close() {
      for (const end of watched) end()
      listeners.clear()
    },
  }
}

function loadFile(file: string, owner: number | null, check: PolicyBookOptions['check']): Loaded {
  const read = readPolicyFile(file, owner)
  if (read.kind === 'absent') return { file, present: false, text: '', policy: null, faults: [] }
  if (read.kind === 'unusable')
    return {
      file,
      present: true,
      text: '',
      policy: null,
      faults: [{ file, line: 1, column: 1, text: read.text }],
    }
  return { file, present: true, text: read.text, ...parsePolicy(read.text, file, check) }
}

function sourcesOf(managed: Loaded, personal: Loaded, lastGood: PolicyFile | null): PolicySources {
  const fault = managed.faults[0]
  const failedClosed = fault
    ? `The policy file of your organization can’t be used (${fault.file}, line ${fault.line}, column ${fault.column}: ${fault.text}), so nothing is done until it is mended. Tell whoever looks after this computer.`
    : null
  const broken = personal.faults.length > 0
  return {
    managed: managed.policy,
    personal: broken ? (lastGood ?? ASK_ALWAYS) : personal.policy,
    failedClosed: failedClosed?.slice(0, 1000) ?? null,
  }
}

/** Whole or not at all, readable by its owner only. */
function putFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.new`
  writeFileSync(fresh, text, { mode: 0o600 })
  renameSync(fresh, file)
}
