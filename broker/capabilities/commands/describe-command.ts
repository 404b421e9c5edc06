/** A command in the question: what it needs, and every part of it with what it can reach. */

import type { OperationArgs } from '../../../contract/request.ts'
import type { CommandResource, Need } from '../../../contract/resource.ts'
import { shortPath } from '../../../contract/short-path.ts'
import type { Prepared } from '../../ports.ts'
import type { ProgramReach } from './program-reach.ts'

type Args = OperationArgs<'command.run'>

export function needsOf(resource: CommandResource, args: Args): Need[] {
  const names = [...new Set(Object.values(args.secrets))]
  return [
    { capability: 'command.run', resource },
    ...names.map(
      (name): Need => ({
        capability: 'secret.use',
        resource: { kind: 'secret', name, to: `command:${resource.program}` },
      }),
    ),
  ]
}

export function exactLines(
  resource: CommandResource,
  args: Args,
  reach: ProgramReach,
  home: string,
): Prepared['exact'] {
  const line = (label: string, text: string, long = false) => ({ label, text, spans: [], long })
  // What it can do is the perimeter's word and ours, whatever words it has in common with the task or the model.
  const said = (label: string, text: string) => ({ ...line(label, text), ours: true })
  const places = (list: string[]) =>
    list.length === 0 ? 'nothing of yours' : list.map((path) => shortPath(path, home)).join(', ')
  const lines = [
    line('Program', resource.program),
    ...resource.args.map((arg, index) => line(`Argument ${index + 1}`, arg)),
    line('In folder', resource.cwd),
    said('It can change', places(reach.writable)),
    said('It can read', places([...reach.readable, ...reach.writable])),
    ...(resource.readOnly ? [said('It can reach', 'no host')] : []),
  ]
  for (const [variable, name] of Object.entries(args.secrets))
    lines.push(said('It gets', `the secret “${name}” in ${variable}, and can read its value`))
  if (args.stdin !== undefined) lines.push(line('Input', args.stdin, true))
  return lines
}
