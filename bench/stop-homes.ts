/** The homes of the brokers that run one after the other while Stop is measured: each makes a folder of its own. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { sallyportPaths } from '../contract/paths.ts'

/** Contained programs have folders of such names, too. */
const PREFIX = 'sallyport-'

/** What brokers left that were killed. The newest is of the one that runs. */
export function removeOldHomes(folder: string): void {
  for (const home of newestFirst(folder).slice(1)) rmSync(home, { recursive: true, force: true })
}

/** Of the newest broker. */
export function stopFileBelow(folder: string): string {
  const [home] = newestFirst(folder)
  if (home === undefined) throw new Error(`No broker has its home in ${folder}.`)
  return sallyportPaths({ SALLYPORT_HOME: home }, process.platform, home).stopFile
}

function newestFirst(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.startsWith(PREFIX))
  const homes = names.flatMap((name) => {
    const home = path.join(folder, name)
    // One that leaves removes its own.
    const facts = statSync(home, { throwIfNoEntry: false })
    return facts && existsSync(path.join(home, 'data', 'state.db')) ? [{ home, at: facts.birthtimeMs }] : []
  })
  return homes.sort((a, b) => b.at - a.at).map(({ home }) => home)
}
