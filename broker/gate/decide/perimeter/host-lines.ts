/**
 * Host lines: the nearest counts (an exact host before `*.host` before `*`, then the longest path prefix), with its
 * methods: a wider line does not add to them. Hosts that are not public need a line that says their port.
 */
import type { HostLine } from '../../../../contract/perimeter.ts'
import type { UrlResource } from '../../../../contract/resource.ts'
import {
  ambiguousPath,
  canonicalHost,
  canonicalPrefix,
  defaultPort,
  HostIndex,
  isPrivateHost,
  pathAndQuery,
} from '../host-index.ts'
import { type LineHit, lineHit, outside, strictest } from './line-hit.ts'

interface HostEntry {
  methods: readonly string[]
  prefix: string
  saysPort: boolean
  read: LineHit
  send: LineHit
}

export class HostLines {
  readonly #index = new HostIndex<HostEntry>()

  constructor(lines: readonly HostLine[]) {
    lines.forEach((line, at) => {
      this.#add(line, at)
    })
  }

  level(resource: UrlResource): LineHit {
    const said = `The address ${resource.scheme}://${resource.host}:${resource.port}`
    const path = pathAndQuery(resource)
    const ambiguous = ambiguousPath(path)
    const groups: HostEntry[][] = []
    this.#index.collect(resource, { first: true, anyPrefix: ambiguous, path }, groups)
    const [nearest] = groups
    if (!nearest) return outside(`${said} is not among those of this agent.`, 'add the host to')
    const lines = isPrivateHost(resource) ? nearest.filter(({ saysPort }) => saysPort) : nearest
    if (lines.length === 0)
      return outside(
        `${said} is on this computer or a private network, and no line names it with its port.`,
        'name that host and port in',
      )
    const side = resource.method === 'GET' || resource.method === 'HEAD' ? 'read' : 'send'
    const shut = nearest.find((line) => line[side].level === 'deny')
    if (ambiguous && shut) return shut[side]
    // Any of the host's lines may be the one that speaks for where it ends up: each must let it through.
    const fits = (line: HostEntry) => lines.includes(line) && line.methods.includes(resource.method)
    if (ambiguous && !(nearest.some((line) => line.prefix === '/') && nearest.every(fits)))
      return outside(
        `The path of ${resource.url} can be read in more than one way, so no path prefix covers it.`,
        'allow the whole host in',
      )
    const fitting = lines.filter(
      (line) => line.methods.includes(resource.method) || line[side].level === 'deny',
    )
    const hit = strictest(fitting.map((line) => line[side]))
    return (
      hit ??
      outside(
        `${resource.method} is not among the methods for ${resource.host}.`,
        'add the method to the line of that host in',
      )
    )
  }

  #add(line: HostLine, at: number): void {
    const host = canonicalHost(line.host)
    if (host === null) return
    const port = line.port === undefined ? '' : `:${line.port}`
    const name = `${line.scheme}://${line.host}${port}${line.pathPrefix === '/' ? '' : line.pathPrefix}`
    const prefix = canonicalPrefix(line.pathPrefix)
    const rule = `hosts[${at}]`
    this.#index.add(
      { host, scheme: line.scheme, port: line.port ?? defaultPort(line.scheme), prefix },
      {
        methods: line.methods,
        prefix,
        saysPort: host !== '*' && line.port !== undefined,
        read: { ...lineHit(rule, `Reading from ${name}`, line.read), reach: prefix },
        send: { ...lineHit(rule, `Sending to ${name}`, line.send), reach: prefix },
      },
    )
  }
}
