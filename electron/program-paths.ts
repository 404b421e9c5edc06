/**
 * Where the parts of the product lie. From source: dist/ in the repository, and the Node that the start script names.
 * Packaged: pages inside the app's archive; broker, command line and Node beside it, because Node can't read archives.
 */
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'

export interface ProgramPaths {
  node: string
  brokerMain: string
  pages: string
  preload: string
  icons: string
}

export function findPrograms(facts: {
  packaged: boolean
  /** `app.getAppPath()`: the repository, or the archive. */
  appPath: string
  resourcesPath: string
  platform: string
  env: Record<string, string | undefined>
}): ProgramPaths {
  const inApp = (...parts: string[]) => path.join(facts.appPath, 'dist', ...parts)
  const binary = facts.platform === 'win32' ? 'node.exe' : 'node'
  return {
    node: facts.packaged
      ? path.join(facts.resourcesPath, 'runtime', binary)
      : findNode(facts.appPath, facts.env),
    brokerMain: facts.packaged
      ? path.join(facts.resourcesPath, 'dist', 'broker', 'main.js')
      : inApp('broker', 'main.js'),
    pages: inApp('renderer'),
    preload: inApp('electron', 'preload'),
    icons: inApp('electron', 'icons'),
  }
}

/** The Node that the start script chose, else the one that the repository installed. */
function findNode(repository: string, env: Record<string, string | undefined>): string {
  if (env.SALLYPORT_NODE && existsSync(env.SALLYPORT_NODE)) return env.SALLYPORT_NODE
  const installed = path.join(repository, 'node_modules', '.bin', 'node')
  return existsSync(installed) ? realpathSync(installed) : 'node'
}
