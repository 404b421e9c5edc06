/**
 * What a program sends, in a file of its host's private folder, written before each part leaves: a host that is killed
 * can tell nothing more, and what is in a file is there all the same. One record for each host and port: how many
 * bytes (8, a double), and to whom. The program does not see it.
 */
import fs from 'node:fs'

export interface SentTo {
  host: string
  port: number
  bytes: number
}

export const SENT_FILE = 'sent'
const RECORD = 1_024
const NAME = 8
const MOST = 1_000

/** The host's side: adds to what was sent there. */
export function keepSent(file: string): (host: string, port: number, bytes: number) => void {
  const records = new Map<string, { at: number; bytes: number }>()
  const count = Buffer.alloc(NAME)
  let open: number | null = null

  function write(bytes: Uint8Array, at: number): void {
    try {
      open ??= fs.openSync(file, 'w', 0o600)
      fs.writeSync(open, bytes, 0, bytes.length, at)
    } catch {
      // No room: what is told as it goes counts all the same.
    }
  }
  return (host, port, bytes) => {
    const key = `${host} ${port}`
    const record = records.get(key) ?? { at: records.size * RECORD, bytes: 0 }
    if (!records.has(key)) {
      const named = Buffer.alloc(RECORD)
      named.write(key, NAME)
      write(named, record.at)
      records.set(key, record)
    }
    record.bytes += bytes
    count.writeDoubleLE(record.bytes)
    write(count, record.at)
  }
}

/** The broker's side: what was told as it went, and, when all is over, what was not. */
export function sentUntold(file: string) {
  const told = new Map<string, number>()
  return {
    told(to: readonly SentTo[]): void {
      for (const { host, port, bytes } of to) {
        const key = `${host} ${port}`
        told.set(key, (told.get(key) ?? 0) + bytes)
      }
    },
    rest: (): SentTo[] =>
      readSent(file).flatMap((sent) => {
        const bytes = sent.bytes - (told.get(`${sent.host} ${sent.port}`) ?? 0)
        return bytes > 0 ? [{ ...sent, bytes }] : []
      }),
  }
}

function readSent(file: string): SentTo[] {
  let all: Buffer
  try {
    all = fs.readFileSync(file)
  } catch {
    return [] // it has sent nothing
  }
  const sent: SentTo[] = []
  for (let at = 0; at + RECORD <= all.length && sent.length < MOST; at += RECORD) {
    const bytes = all.readDoubleLE(at)
    const [host = '', port] = all
      .toString('utf8', at + NAME, at + RECORD)
      .replace(/\0+$/, '')
      .split(' ')
    if (Number.isSafeInteger(bytes) && bytes >= 0) sent.push({ host, port: Number(port), bytes })
  }
  return sent
}
