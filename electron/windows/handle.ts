/**
 * The one way a page reaches the shell. A handler can't be made without saying which windows may call it and what the
 * message must look like; a forged or malformed message is refused with words and reported, never met with silence.
 */
import type { IpcMainInvokeEvent, WebContents } from 'electron'
import type { z } from 'zod'
import { LIMITS } from '../../contract/words.ts'
import type { WindowKind } from '../resolve-page.ts'
import type { Channels } from './channels.ts'
import { judgeSender, type SenderFacts } from './judge-sender.ts'

export type Handle = <S extends z.ZodType>(
  channel: string,
  allowed: readonly WindowKind[],
  schema: S,
  answer: (message: z.infer<S>, from: { kind: WindowKind; contents: WebContents }) => Promise<unknown>,
) => void

export function createHandle(parts: {
  channels: Channels
  kindOf: (contents: WebContents) => WindowKind | null
  onForged: (text: string) => void
}): Handle {
  return (channel, allowed, schema, answer) => {
    parts.channels.serve(channel, async (event, raw) => {
      const facts = readSender(event, parts.kindOf)
      const wrong = judgeSender(facts, allowed) ?? tooLarge(raw)
      if (wrong !== null || facts?.kind == null) {
        parts.onForged(`A message on ${channel} was refused: ${wrong}.`)
        return refuse('not-allowed', `This message was refused: ${wrong}.`)
      }
      const message = schema.safeParse(raw)
      if (!message.success) {
        parts.onForged(`A message on ${channel} was refused: it is not of the agreed form.`)
        return refuse('bad-request', 'This message is not of the agreed form.')
      }
      return answer(message.data, { kind: facts.kind, contents: event.sender })
    })
  }
}

function readSender(
  event: IpcMainInvokeEvent,
  kindOf: (contents: WebContents) => WindowKind | null,
): SenderFacts | null {
  const frame = event.senderFrame
  if (!frame || event.sender.isDestroyed()) return null
  return { kind: kindOf(event.sender), mainFrame: frame === event.sender.mainFrame, url: frame.url }
}

function tooLarge(raw: unknown): string | null {
  try {
    return JSON.stringify(raw ?? null).length > LIMITS.doorMessage ? 'it is too large' : null
  } catch {
    return 'it is no JSON'
  }
}

function refuse(code: string, text: string) {
  return { ok: false, fault: { code, text } }
}
