// Calls scripts/build.mjs on the pinned Node (the page builder needs it) and fails with what it printed.
import { inRoot, pinnedEnvironment, pinnedNode, root } from './project.mjs'
import { runCommand } from './run-command.mjs'
import { PlainError } from './say.mjs'

/** @returns {Promise<string>} what was built, in a few words */
export async function runBuild() {
  const { code, output } = await runCommand(pinnedNode(), [inRoot('scripts', 'build.mjs')], {
    cwd: root,
    env: pinnedEnvironment(),
    limitMs: 5 * 60_000,
  })
  if (code !== 0) throw new PlainError(output.trim())
  return /Built: (.*) \(/.exec(output)?.[1] ?? ''
}
