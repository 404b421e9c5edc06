import { describe, expect, it } from 'vitest'
import type { DesktopReply } from '../contract/broker-api.ts'
import { createDesktopActions, type DesktopHands } from './desktop-actions.ts'

function makeActions(over: Partial<DesktopHands> = {}) {
  const done: string[] = []
  const replies: DesktopReply[] = []
  const act = createDesktopActions(
    {
      notify: (title, body) => done.push(`notify ${title}: ${body}`) > 0,
      writeClipboard: (text) => void done.push(`copy ${text}`),
      readClipboard: async () => 'what was copied',
      openUrl: async (url) => void done.push(`open ${url}`),
      openPath: async () => '',
      trash: async (path) => void done.push(`trash ${path}`),
      ...over,
    },
    (reply) => replies.push(reply),
  )
  return { act, done, replies }
}

describe('what the desktop is asked to do', () => {
  it('is done and answered', async () => {
    const { act, done, replies } = makeActions()
    await act({ do: 'notify', id: 'd_1', title: 'Tidy', body: 'done' })
    await act({ do: 'clipboard.read', id: 'd_2' })
    await act({ do: 'open', id: 'd_3', target: 'https://example.org/', kind: 'url' })
    await act({ do: 'trash', id: 'd_4', path: '/home/ann/x' })
    expect(done).toEqual(['notify Tidy: done', 'open https://example.org/', 'trash /home/ann/x'])
    expect(replies.map(({ id, ok, text }) => [id, ok, text])).toEqual([
      ['d_1', true, ''],
      ['d_2', true, 'what was copied'],
      ['d_3', true, ''],
      ['d_4', true, ''],
    ])
  })

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ms-msdt:/id',
    'smb://host/share',
    'nonsense',
  ])('is refused when it would open %s', async (target) => {
    const { act, done, replies } = makeActions()
    await act({ do: 'open', id: 'd_1', target, kind: 'url' })
    expect(done).toEqual([])
    expect(replies).toMatchObject([{ ok: false }])
  })

  it('says what went wrong', async () => {
    const { act, replies } = makeActions({
      notify: () => false,
      openPath: async () => 'No application for this file',
      trash: () => Promise.reject(new Error('no trash here')),
    })
    await act({ do: 'notify', id: 'd_1', title: '', body: '' })
    await act({ do: 'open', id: 'd_2', target: '/x', kind: 'path' })
    await act({ do: 'trash', id: 'd_3', path: '/x' })
    expect(replies.every((reply) => !reply.ok && reply.text.length > 0)).toBe(true)
  })

  it('is passed over when it is malformed', async () => {
    const { act, replies, done } = makeActions()
    for (const payload of [null, {}, { do: 'exec', id: 'd_1' }, { do: 'trash', id: 'd_1' }])
      await act(payload)
    expect(replies).toEqual([])
    expect(done).toEqual([])
  })
})
