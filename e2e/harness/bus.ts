/** A message bus of a test's own. It starts no service by itself, and lets everybody own any name. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Readable } from 'node:stream'
import type { Started } from './processes.ts'
import { withLimit } from './time-limit.ts'

const START_LIMIT_MS = 60_000

export type Begin = (
  command: string,
  args: string[],
  options?: { input?: string; extraPipes?: number },
) => Started

/** @returns its address */
export async function startBus(folder: string, begin: Begin): Promise<string> {
  const config = path.join(folder, 'bus.conf')
  writeFileSync(
    config,
    `<busconfig><type>session</type><listen>unix:path=${folder}/bus</listen><auth>EXTERNAL</auth>
     <policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
     </busconfig>`,
  )
  const args = ['--nofork', '--print-address=3', `--config-file=${config}`]
  return firstLine(begin('dbus-daemon', args, { extraPipes: 1 }), 'dbus-daemon')
}

/** Of a server that prints where it is to an extra pipe once it is ready. */
export async function firstLine(started: Started, what: string): Promise<string> {
  const pipe = started.child.stdio[3] as Readable
  let text = ''
  const line = new Promise<string>((resolve, reject) => {
    pipe.on('data', (bytes) => {
      text += bytes
      if (text.includes('\n')) resolve(text.trim())
    })
    started.ended.then((code) => reject(new Error(`${what} ended with ${code}: ${started.output()}`)))
  })
  return withLimit(line, START_LIMIT_MS, `starting ${what}`)
}
