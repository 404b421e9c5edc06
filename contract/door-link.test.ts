import { describe, expect, it } from 'vitest'
import { createDoorLink } from './door-link.ts'

function makeLink(greeting = false) {
  const sent: string[] = []
  const events: [string, unknown][] = []
  const broken: string[] = []
  const greetings: string[] = []
  const link = createDoorLink({
    write: (line) => sent.push(line),
    onEvent: (event, payload) => events.push([event, payload]),
    onBroken: (text) => broken.push(text),
    ...(greeting ? { onGreeting: (line: string) => greetings.push(line) } : {}),
  })
  const answer = (value: unknown) => {
    const { i } = JSON.parse(sent.at(-1) as string)
    link.receive(`${JSON.stringify({ t: 's', i, r: value })}\n`)
  }
  return { link, sent, events, broken, greetings, answer }
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 2))

describe("a client's end of a door", () => {
  it('gets the answer to its call, and says whose call it is', async () => {
    const { link, sent, answer } = makeLink()
    const call = link.call('grants.list', {}, 'page')
    await turn()
    expect(JSON.parse(sent[0] as string)).toMatchObject({
      t: 'q',
      m: 'call',
      a: [{ method: 'grants.list', params: {}, surface: 'page' }],
    })
    answer({ ok: true, value: { grants: [] } })
    expect(await call).toEqual({ ok: true, value: { grants: [] } })
  })

  it('answers every call that is under way when the link ends, and all later ones', async () => {
    const { link } = makeLink()
    const call = link.call('status.get', {})
    await turn()
    link.end('The broker ended.')
    const unavailable = { ok: false, fault: { code: 'unavailable', text: 'The broker ended.' } }
    expect(await call).toEqual(unavailable)
    expect(await link.call('status.get', {})).toEqual(unavailable)
    await expect(link.ping()).rejects.toThrow()
  })

  it('passes on events that the contract names, and no others', async () => {
    const { link, events } = makeLink()
    for (const event of ['questions', 'constructor', 'nothing'])
      link.receive(`${JSON.stringify({ t: 'q', m: 'event', a: [{ event, payload: 1 }] })}\n`)
    link.receive('{"t":"q","m":"toString","a":[]}\n')
    await turn()
    expect(events).toEqual([['questions', 1]])
  })

  it('says when what comes is no message', () => {
    const { link, broken } = makeLink()
    link.receive('Segmentation fault\n')
    expect(broken).toHaveLength(1)
  })

  it('hands over the greeting before anything else', async () => {
    const { link, greetings, events } = makeLink(true)
    link.receive('{"ok":true,"text":""}\n{"t":"q","m":"event","a":[{"event":"status","payload":{}}]}\n')
    await turn()
    expect(greetings).toEqual(['{"ok":true,"text":""}'])
    expect(events).toEqual([['status', {}]])
  })

  it('makes an answer that is none into a fault', async () => {
    const { link, answer } = makeLink()
    const call = link.call('status.get', {})
    await turn()
    answer('what?')
    expect(await call).toMatchObject({ ok: false, fault: { code: 'internal' } })
  })
})
