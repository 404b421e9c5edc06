/** Policy text → policy, or faults with line and column. Nothing half: a file with a fault gives no rules at all. */
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'
import type { z } from 'zod'
import { type PolicyFault, PolicyFile } from '../../contract/policy.ts'
import { Settings } from '../../contract/settings.ts'

export interface RuleFault {
  at: (string | number)[]
  text: string
}
export interface ParsedPolicy {
  policy: PolicyFile | null
  faults: PolicyFault[]
}

/** Characters. A file of twenty thousand rules has about four million. */
const MOST_TEXT = 16 * 1024 * 1024
const MOST_FAULTS = 50
/** Deeper than any policy; far from what a walk through it can bear. */
const DEEPEST = 100
const TOKENS = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|\/\/[^\n]*|\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/)?|[[\]{}]/g

/** @param check what the schema can't see; told the parsed file */
export function parsePolicy(
  text: string,
  file: string,
  check: (policy: PolicyFile) => RuleFault[],
): ParsedPolicy {
  const fault = (offset: number, words: string): PolicyFault => ({
    file,
    ...placeOf(text, offset),
    text: words.slice(0, 1000),
  })
  if (text.length > MOST_TEXT)
    return { policy: null, faults: [fault(0, `The file is longer than ${MOST_TEXT} characters.`)] }
  const body = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text
  const deep = tooDeepAt(body)
  if (deep !== null)
    return { policy: null, faults: [fault(deep, 'The file is nested too deep to be a policy.')] }
  const errors: ParseError[] = []
  const root = parseTree(body, errors, { allowTrailingComma: true, allowEmptyContent: false })
  if (errors.length > 0 || !root) {
    const faults = errors.map(({ error, offset }) => fault(offset, jsonWords(printParseErrorCode(error))))
    return {
      policy: null,
      faults:
        faults.length > 0
          ? faults.slice(0, MOST_FAULTS)
          : [fault(0, 'The file is empty. A policy needs at least { "version": 1 }.')],
    }
  }
  const doubled = doubledKeys(root).map(({ node, key }) =>
    fault(node.offset, `The key “${key}” stands here twice.`),
  )
  if (doubled.length > 0) return { policy: null, faults: doubled.slice(0, MOST_FAULTS) }
  const parsed = PolicyFile.safeParse(getNodeValue(root))
  if (!parsed.success)
    return {
      policy: null,
      faults: parsed.error.issues
        .slice(0, MOST_FAULTS)
        .map((issue) => fault(offsetOfIssue(root, issue), issueWords(issue))),
    }
  const found = [...settingFaults(parsed.data), ...check(parsed.data)].map(({ at, text: words }) =>
    fault(offsetOf(root, at), words),
  )
  return found.length > 0
    ? { policy: null, faults: found.slice(0, MOST_FAULTS) }
    : { policy: parsed.data, faults: [] }
}

/** A setting that is not taken as it stands would be one that nobody set: `"strictSandbox": "yes"` must not mean no. */
function settingFaults({ settings, locked }: PolicyFile): RuleFault[] {
  const unknown = (under: string, key: string): RuleFault => ({
    at: [under, key],
    text: `${under}: There is no setting “${key}”.`,
  })
  const known = (key: string): key is keyof Settings => Object.hasOwn(Settings.shape, key)
  return [
    ...Object.entries(settings).flatMap(([key, value]) => {
      if (!known(key)) return [unknown('settings', key)]
      const [issue] = Settings.shape[key].safeParse(value).error?.issues ?? []
      if (!issue) return []
      const at = [
        'settings',
        key,
        ...issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
      ]
      return [{ at, text: issueWords({ ...issue, path: at }) }]
    }),
    ...Object.keys(locked).flatMap((key) => (known(key) ? [] : [unknown('locked', key)])),
  ]
}

/** Where one bracket too many is open, outside of texts and comments; null for a file that can be walked through. */
function tooDeepAt(text: string): number | null {
  let depth = 0
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === '[' || token === '{') depth += 1
    else if (token === ']' || token === '}') depth -= 1
    if (depth > DEEPEST) return index
  }
  return null
}

/** Line and column, from 1. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - before.lastIndexOf('\n') }
}

function offsetOf(root: Node, path: (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length))
    if (node) return node.offset
  }
  return root.offset
}

function offsetOfIssue(root: Node, issue: z.core.$ZodIssue): number {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  if (issue.code === 'unrecognized_keys') {
    const holder = path.length === 0 ? root : findNodeAtLocation(root, path)
    const property = holder?.children?.find((child) =>
      issue.keys.includes(String(child.children?.[0]?.value)),
    )
    if (property) return property.offset
  }
  return offsetOf(root, path)
}

function issueWords(issue: z.core.$ZodIssue): string {
  const where = issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''
  if (issue.code === 'unrecognized_keys')
    return `${where}There is no key ${issue.keys.map((key) => `“${key}”`).join(', ')} here.`
  return `${where}${issue.message}`
}

function jsonWords(code: string): string {
  const words = code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return `This is not JSON: ${words}.`
}

function doubledKeys(root: Node): { node: Node; key: string }[] {
  const found: { node: Node; key: string }[] = []
  const open = [root]
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.type === 'object') {
      const seen = new Set<string>()
      for (const property of node.children ?? []) {
        const key = String(property.children?.[0]?.value)
        if (seen.has(key)) found.push({ node: property, key })
        seen.add(key)
      }
    }
    open.push(...(node.children ?? []))
  }
  return found
}
