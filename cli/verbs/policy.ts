/** `sallyport policy simulate`: what a proposed policy would have decided for the recorded past. */
import type { Command } from 'commander'
import { addVerb, type Verbs } from '../define-verb.ts'
import { EXIT } from '../exit-code.ts'
import { readPolicy } from '../read-policy.ts'

export function addPolicy(program: Command, verbs: Verbs): void {
  const policy = program.command('policy').description('Policy files.')
  addVerb<[file: string]>(policy, verbs, {
    name: 'simulate',
    about: 'Run a proposed policy file against the recorded log; nothing changes.',
    reach: 'any',
    define: (command) => command.argument('<file>', 'the proposed policy'),
    async run({ session, out, world }, _options, file) {
      const report = await session.call('policy.simulate', { text: (await readPolicy(world, file)) ?? '' })
      out.object(report)
      out.say(
        `Of ${report.total}: ${out.mark('allow', `would have allowed ${report.allow}`)}, ${out.mark('ask', `asked ${report.ask}`)}, ${out.mark('deny', `denied ${report.deny}`)}. ${report.differ.length} differ:`,
      )
      for (const { seq, subject, was, now } of report.differ)
        out.say(
          `  ${String(seq).padStart(6)}  ${was} → ${out.mark(now.effect, now.effect)}  ${out.foreign(subject)}  ${now.because[0]?.text ?? ''}`,
        )
      return undefined
    },
  })
  addVerb(policy, verbs, {
    name: 'status',
    about: 'Which policy files are in force, and what is wrong with them.',
    reach: 'any',
    async run({ session, out }) {
      const status = await session.call('policy.status', {})
      out.object(status)
      const faults = [...status.personal.faults, ...status.managed.faults]
      for (const [name, file] of [
        ['yours', status.personal],
        ['managed', status.managed],
      ] as const)
        out.say(`${name.padEnd(8)}  ${file.present ? `${file.rules} rules` : 'none'}  ${file.file}`)
      for (const fault of faults)
        out.say(`${out.mark('deny', `${fault.file}:${fault.line}:${fault.column}`)}  ${fault.text}`)
      return faults.length > 0 ? EXIT.failed : EXIT.ok
    },
  })
}
