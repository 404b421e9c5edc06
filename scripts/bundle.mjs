// How each kind of program is bundled. Everything goes into one file, except Node's own modules, Electron's, and
// native addons, which lie in native/ beside the file (copy-natives.mjs).
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'
import { inRoot, root } from './project.mjs'

const shared = {
  absWorkingDir: root,
  bundle: true,
  logLevel: 'silent',
  legalComments: 'none',
  sourcemap: 'linked',
  sourcesContent: false,
}

// CommonJS packages inside an ES module bundle call `require` for Node's own modules.
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);"

// isolated-vm looks for its native code in its own folder, which doesn't exist beside a bundle. The keychain's is
// loaded by its path, so nothing of that package's own code is bundled.
const nativeFromFolder = {
  name: 'native-from-folder',
  setup(esbuild) {
    esbuild.onLoad({ filter: /[\\/]node_modules[\\/]isolated-vm[\\/]isolated-vm\.js$/ }, () => ({
      contents: "module.exports = require('./native/isolated_vm.node').ivm",
    }))
    esbuild.onResolve({ filter: /^\.\/native\/\w+\.node$/ }, ({ path }) => ({ path, external: true }))
  },
}

// zod's words in fifty languages: 300 KB that every process would parse and keep. Ours are English.
const zodInEnglish = {
  name: 'zod-in-english',
  setup(esbuild) {
    esbuild.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
  },
}

// One sign beyond Latin 1 in a file, and V8 keeps all of it at two bytes a sign. esbuild escapes them in strings but
// not in regular expressions, where an escape means the same.
const plainText = (filter) => ({
  name: 'plain-text',
  setup(esbuild) {
    esbuild.onLoad({ filter }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8')
      const escaped = (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
      const loader = file.endsWith('.ts') ? 'ts' : 'js'
      return { contents: text.replaceAll(/[^\0-\x7f]/g, escaped), loader }
    })
  },
})
const ownSource = /[\\/](broker|contract|electron)[\\/].*\.ts$/

/**
 * Programs that run on Node or in Electron's main process, as ES modules.
 * @param {Record<string, string>} entries name of the output → source file
 * @param {string} folder
 * @param {{target?: string, shebang?: boolean, split?: boolean}} [options]
 */
export async function bundleNode(
  entries,
  folder,
  { target = 'node26', shebang = false, split = false } = {},
) {
  // Parts that are imported when they are first needed stay apart, and aren't in memory before. They lie beside the
  // entries, so that what a file finds relative to itself is found from each of them.
  const parts = split ? { splitting: true, chunkNames: 'part-[hash]' } : {}
  await build({
    ...shared,
    ...parts,
    minifyWhitespace: true,
    minifySyntax: true,
    entryPoints: entries,
    outdir: folder,
    platform: 'node',
    format: 'esm',
    target,
    // Some packages' CommonJS form requires files by a name that a bundler can't see.
    mainFields: ['module', 'main'],
    external: ['electron'],
    plugins: [nativeFromFolder, zodInEnglish, plainText(ownSource)],
    banner: { js: shebang ? `#!/usr/bin/env node\n${requireBanner}` : requireBanner },
    define: { 'process.env.NODE_ENV': '"production"' },
  })
}

/**
 * The sandbox process, as CommonJS: each start of a tool waits for Node to begin, and a tenth of that is what Node does
 * for an ES module before it runs a line of it.
 */
export async function bundleSandbox(folder) {
  await build({
    ...shared,
    entryPoints: { main: 'sandbox/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    plugins: [nativeFromFolder],
    minifyWhitespace: true,
    minifySyntax: true,
    define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  })
}

// What the shell imports when it is needed lies in a file of its own beside it (splitting is for ES modules only), so
// that the first paint does not wait until all of it has been parsed.
const laterFromFile = (entries) => ({
  name: 'later-from-file',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^\.\/[\w-]+\.ts$/ }, ({ path: wanted, kind }) => {
      const name = path.basename(wanted, '.ts')
      return kind === 'dynamic-import' && Object.hasOwn(entries, name)
        ? { path: `./${name}.cjs`, external: true }
        : null
    })
  },
})

/**
 * The desktop shell, as CommonJS: an ES module is loaded in the background, and what must happen before Electron is
 * ready (the app's own protocol, the sandbox) could come too late.
 * @param {Record<string, string>} entries name of the output → source file
 */
export async function bundleShell(entries, folder) {
  await build({
    ...shared,
    entryPoints: entries,
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['electron'],
    plugins: [laterFromFile(entries), zodInEnglish, plainText(ownSource)],
    minifySyntax: true,
    minifyWhitespace: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  })
}

/** A preload script: CommonJS, the only form that Electron loads in a sandboxed page. */
export async function bundlePreload(entry, outfile) {
  await build({
    ...shared,
    entryPoints: [entry],
    outfile,
    platform: 'browser',
    format: 'cjs',
    target: 'chrome130',
    external: ['electron'],
    sourcemap: false,
    minify: true,
  })
}

/** A tool: one ES module without imports, its map beside it and not named in it. */
export async function bundleTool(entry, outfile) {
  await build({
    ...shared,
    entryPoints: [entry],
    outfile,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import', 'worker'],
    format: 'esm',
    target: 'es2024',
    sourcemap: 'external',
    plugins: [plainText(/\.(ts|m?js)$/)],
  })
}

/**
 * The code that runs first inside an isolate, as one expression: the start function with every endowment that lies
 * in sandbox/endowments/. What is not in that folder does not exist for a tool.
 */
export async function bundleGuest(outfile, folder = inRoot('sandbox')) {
  const names = (await readdir(path.join(folder, 'endowments')))
    .filter((name) => /(?<!\.test|\.d)\.ts$/.test(name))
    .sort()
  const imports = names.map((name, index) => `import { endowment as e${index} } from './endowments/${name}'`)
  const list = names.map((_, index) => `e${index}`).join(', ')
  await build({
    ...shared,
    sourcemap: false,
    stdin: {
      contents: `${imports.join('\n')}\nimport { start } from './guest/start.ts'\nexport const begin = (...functions) => start([${list}], functions)`,
      resolveDir: folder,
      sourcefile: 'guest-entry.ts',
      loader: 'ts',
    },
    outfile,
    platform: 'neutral',
    format: 'iife',
    globalName: 'guest',
    target: 'es2024',
    banner: { js: '(() => { "use strict";' },
    footer: { js: 'return guest.begin })()' },
  })
}
