// Checks the walls: the import rules of .dependency-cruiser.mjs, and the ways round an import that no import rule
// sees (computed imports, Node's loaders, the network functions that are globals). Fails when it looked at too few
// files: a checker that saw nothing must not be green.
import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { cruise } from 'dependency-cruiser'
import ts from 'typescript'
import { inRoot } from './project.mjs'
import { fail, PlainError, say } from './say.mjs'

const folders = ['contract', 'broker', 'sandbox', 'electron', 'renderer', 'cli', 'parents', 'tools']
// What runs inside the isolate (guest, endowments) has no loader and no network to reach for.
const guarded = /^(contract|broker|sandbox)\/(?!guest\/|endowments\/)/
const globalsThatReachOut = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'BroadcastChannel']
const loaders = ['binding', '_linkedBinding', 'dlopen', 'getBuiltinModule', 'mainModule']

/**
 * @param {{base?: string, mayLoad?: Record<string, string>}} [options] base: the tree to check
 * @returns {Promise<{files: number, faults: string[]}>} a fault is a line that names file, what, rule and reason
 */
export async function checkWalls({ base = inRoot() } = {}) {
  const sources = await listSources(base)
  const config = (await import(pathToFileURL(inRoot('.dependency-cruiser.mjs')).href)).default
  const { mayLoad } = await import(pathToFileURL(inRoot('build', 'import-table.mjs')).href)
  const present = folders.filter((folder) => existsSync(path.join(base, folder)))
  const { output } = await cruise(
    present,
    { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true, baseDir: base },
    config.options.enhancedResolveOptions,
  )
  const seen = new Set(output.modules.map(({ source }) => source))
  const unseen = sources.filter((file) => !seen.has(file))
  const faults = [
    ...(sources.length === 0 ? ['no source file was found to check'] : []),
    ...unseen.map((file) => `${file}: the import checker did not look at it`),
    ...output.summary.violations.map(({ from, to, rule }) => {
      const { comment } = config.forbidden.find(({ name }) => name === rule.name)
      return `${from} → ${to}: ${rule.name}. ${comment}`
    }),
    ...sources
      .filter((file) => guarded.test(file) && !isTest(file))
      .flatMap((file) => waysRound(file, readFileSync(path.join(base, file), 'utf8'), mayLoad[file] ?? [])),
  ]
  return { files: sources.length, faults }
}

const isTest = (file) => /\.test\.tsx?$|\/testing\//.test(file)

async function listSources(base) {
  const lists = await Promise.all(
    folders.map(async (folder) => {
      if (!existsSync(path.join(base, folder))) return []
      const found = await readdir(path.join(base, folder), { recursive: true })
      return found.map((file) => path.join(folder, file).replaceAll(path.sep, '/'))
    }),
  )
  return lists
    .flat()
    .filter(
      (file) => /\.[cm]?[jt]sx?$/.test(file) && !file.endsWith('.d.ts') && !file.includes('/node_modules/'),
    )
}

// Reads one file's syntax for what could bring in a module or reach the network without an import.
function waysRound(file, text, allowed) {
  const faults = []
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const fault = (node, what) => {
    if (allowed.includes(what)) return
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart())
    faults.push(`${file}:${line + 1}: ${what} goes round the import rules; name it in build/import-table.mjs`)
  }
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      if (!ts.isStringLiteral(node.arguments[0])) fault(node, 'import(computed)')
    }
    if (ts.isIdentifier(node)) visitName(node, fault)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return faults
}

function visitName(node, fault) {
  const { parent, text } = node
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node
  if (isMember) {
    if (loaders.includes(text) && parent.expression.getText() === 'process') fault(node, `process.${text}`)
    return
  }
  const isName =
    (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent)) &&
    parent.name === node
  if (isName || ts.isTypeNode(parent)) return
  if (
    globalsThatReachOut.includes(text) ||
    ['globalThis', 'global', 'require', 'createRequire', 'eval', 'Function'].includes(text)
  ) {
    fault(node, text)
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const { files, faults } = await checkWalls()
    for (const line of faults) say(line)
    if (process.argv.includes('--json')) say(JSON.stringify({ files, faults: faults.length }))
    if (faults.length > 0) throw new PlainError(`The walls have ${faults.length} holes.`)
    say(`${files} files keep the walls.`)
  } catch (error) {
    fail(error)
  }
}
