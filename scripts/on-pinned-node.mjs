// Runs one of the project's programs on the pinned Node, after set-up and build: node scripts/on-pinned-node.mjs FILE …
import { spawn } from 'node:child_process'
import process from 'node:process'
import { inRoot, pinnedEnvironment, pinnedNode, root } from './project.mjs'
import { runBuild } from './run-build.mjs'
import { fail, voice } from './say.mjs'
import { setUp } from './set-up.mjs'

// Standard output belongs to the program: it may print JSON.
voice.stream = process.stderr
const [file, ...args] = process.argv.slice(2)
try {
  await setUp()
  await runBuild()
} catch (error) {
  fail(error)
}
const child = spawn(pinnedNode(), [inRoot(file), ...args], {
  cwd: root,
  env: pinnedEnvironment(),
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)))
