#!/usr/bin/env node
// `npx sallyport …` in a clone: the built command line, on the pinned Node.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { inRoot, pinnedNode } from './project.mjs'
import { fail, PlainError } from './say.mjs'

const program = inRoot('dist', 'cli', 'main.js')
const node = pinnedNode()
if (!node || !existsSync(program)) fail(new PlainError('Sallyport is not built yet. Run: npm start'))
const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)))
