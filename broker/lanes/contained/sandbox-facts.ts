/** Whether programs can be contained on this computer, as far as a look at the disk tells. */
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/** What can be told without starting anything. */
export function sandboxFacts(searchPath: string): { available: boolean; text: string } {
  if (process.platform === 'darwin')
    return { available: true, text: 'Programs run in Seatbelt, with the agent’s folders and hosts.' }
  if (process.platform !== 'linux')
    return { available: false, text: 'Programs can’t be contained on this system, so none is run.' }
  const missing = ['bwrap', 'socat', 'rg'].filter(
    (name) => !searchPath.split(':').some((folder) => isRunnable(path.join(folder, name))),
  )
  if (missing.length === 0)
    return { available: true, text: 'Programs run in bubblewrap, with the agent’s folders and hosts.' }
  const packages = missing.map((name) => ({ bwrap: 'bubblewrap', rg: 'ripgrep' })[name] ?? name)
  return {
    available: false,
    text: `Programs can’t be contained here, so none is run. Install ${packages.join(' and ')}, then try again.`,
  }
}

function isRunnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
