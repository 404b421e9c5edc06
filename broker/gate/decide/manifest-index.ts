/** What a tool's manifest says it may ever ask for. A need outside it is denied, whatever the perimeter opens. */
import type { Manifest } from '../../../contract/manifest.ts'
import type { Need } from '../../../contract/resource.ts'
import type { Places } from '../../ports.ts'
import { CommandIndex } from './command-index.ts'
import { canonicalHost, HostIndex, pathAndQuery } from './host-index.ts'

export class ManifestIndex {
  readonly #manifest: Manifest
  readonly #hosts = new HostIndex<true>()
  readonly #commands: CommandIndex<true>

  constructor(manifest: Manifest, places: Places) {
    this.#manifest = manifest
    this.#commands = new CommandIndex(places)
    for (const text of manifest.hosts) {
      const port = /:(\d{1,5})$/.exec(text)?.[1]
      const host = canonicalHost(port && !text.endsWith(']') ? text.slice(0, -port.length - 1) : text)
      if (host !== null)
        this.#hosts.add({ host, scheme: null, port: port ? Number(port) : null, prefix: '/' }, true)
    }
    for (const command of manifest.commands) this.#commands.add([command], true, true)
  }

  /** Null when the manifest covers the need; otherwise the rule and the sentence of the denial. */
  fault(need: Need): { rule: string; text: string } | null {
    const { name, capabilities } = this.#manifest
    if (!capabilities.includes(need.capability))
      return {
        rule: 'manifest:capabilities',
        text: `The tool ${name} does not say in its manifest that it needs ${need.capability}.`,
      }
    const { resource } = need
    if (need.capability === 'net.request' && resource.kind === 'url') {
      const found: true[][] = []
      this.#hosts.collect(resource, { first: true, anyPrefix: false, path: pathAndQuery(resource) }, found)
      if (found.length === 0)
        return {
          rule: 'manifest:hosts',
          text: `The tool ${name} does not name ${resource.host} among its hosts.`,
        }
    }
    if (
      need.capability === 'command.run' &&
      resource.kind === 'command' &&
      this.#commands.covering(resource).length === 0
    )
      return {
        rule: 'manifest:commands',
        text: `The tool ${name} does not name ${resource.program} among its commands.`,
      }
    return null
  }
}
