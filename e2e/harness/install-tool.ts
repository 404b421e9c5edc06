/** Puts a tool package of e2e/fixtures/tools where a person installs tools, before the app starts. */
import { cp, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { sallyportPaths } from '../../contract/paths.ts'
import type { Desktop } from './desktop.ts'

export async function installTool(desktop: Desktop, name: string): Promise<void> {
  const { data } = sallyportPaths(desktop.env, process.platform, desktop.home)
  await mkdir(path.join(data, 'tools'), { recursive: true })
  await cp(path.resolve(import.meta.dirname, '../fixtures/tools', name), path.join(data, 'tools', name), {
    recursive: true,
  })
}
