/**
 * The keychain's own process. keytar's calls into the operating system can hang (a locked keyring waits for a dialog,
 * a missing bus for a time-out), and a hang here costs one child and a time limit, never the broker.
 *
 * Lines of JSON in, lines of JSON out: {id, do, account?, value?} → {id, ok, value? | text}.
 */
import { createRequire } from 'node:module'
import { argv, exit, stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline'
import { z } from 'zod'

interface NativeKeychain {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, value: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
}

const Line = z.discriminatedUnion('do', [
  z.object({ id: z.number(), do: z.literal('get'), account: z.string().min(1) }),
  z.object({ id: z.number(), do: z.literal('set'), account: z.string().min(1), value: z.string().min(1) }),
  z.object({ id: z.number(), do: z.literal('delete'), account: z.string().min(1) }),
])

const [, , nativeFile = '', service = ''] = argv
const native = createRequire(import.meta.url)(nativeFile) as NativeKeychain

async function perform(line: z.infer<typeof Line>): Promise<string | boolean | null> {
  if (line.do === 'get') return native.getPassword(service, line.account)
  if (line.do === 'delete') return native.deletePassword(service, line.account)
  await native.setPassword(service, line.account, line.value)
  return true
}

const lines = createInterface({ input: stdin })
lines.on('line', (text) => {
  const line = Line.parse(JSON.parse(text))
  perform(line).then(
    (value) => stdout.write(`${JSON.stringify({ id: line.id, ok: true, value })}\n`),
    (error: unknown) => stdout.write(`${JSON.stringify({ id: line.id, ok: false, text: String(error) })}\n`),
  )
})
lines.on('close', () => exit(0))
