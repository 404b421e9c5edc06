/** What the broker and the host of one contained program say to each other, over a channel that the program never has. */
import { z } from 'zod'

const PathList = z.array(z.string().max(4096)).max(20_000)

/** As it stands in a host's private folder. */
export const MountPointList = PathList

export const ToHost = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('run'),
    program: z.string(),
    args: z.array(z.string()),
    cwd: z.string(),
    env: z.record(z.string(), z.string()),
    readable: PathList,
    writable: PathList,
    hidden: PathList,
    readOnly: PathList,
    maxMemory: z.number(),
    maxProcesses: z.number(),
    /** `host:port` of this computer that it finds at that port of its own. */
    local: z.array(z.string().max(300)).max(64),
    /** Its input comes by the host's own, to its end; without, it has none. */
    input: z.boolean(),
    /** It writes to the host's pipes (`program-pipes.ts`), not to the host's own streams. */
    pipes: z.boolean(),
  }),
  /** Answers `mounts`: they are known, and taken away when all is over. */
  z.strictObject({ kind: z.literal('go') }),
  /** Holds the program and all that it started still, or lets them go on. */
  z.strictObject({ kind: z.literal('hold'), on: z.boolean() }),
  /** `no` is why a connection is refused; null lets it through, to these addresses also though they are not public. */
  z.strictObject({
    kind: z.literal('answer'),
    id: z.number(),
    no: z.string().nullable(),
    addresses: z.array(z.string().max(100)).max(64),
  }),
])
export type ToHost = z.infer<typeof ToHost>
export type ConnectAnswer = Pick<Extract<ToHost, { kind: 'answer' }>, 'no' | 'addresses'>
export type RunMessage = Extract<ToHost, { kind: 'run' }>

export const FromHost = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  /** Files and folders that need not be there and that the sandbox is going to mount over; it makes those that are missing. */
  z.strictObject({ kind: z.literal('mounts'), paths: PathList }),
  z.strictObject({ kind: z.literal('started') }),
  /** It can't contain programs here. */
  z.strictObject({ kind: z.literal('unable'), text: z.string().max(4000) }),
  z.strictObject({ kind: z.literal('ask'), id: z.number(), host: z.string().max(300), port: z.number() }),
  /** Since it was told last. */
  z.strictObject({
    kind: z.literal('sent'),
    to: z
      .array(
        z.strictObject({
          host: z.string().max(300),
          port: z.number(),
          bytes: z.number().int().nonnegative(),
        }),
      )
      .max(1_000),
  }),
  z.strictObject({
    kind: z.literal('over'),
    exitCode: z.number().nullable(),
    signal: z.string().nullable(),
    limit: z.enum(['memory', 'processes']).nullable(),
    peakRss: z.number(),
    /** What it left in its private folders, as it would name it. */
    left: z.array(z.string().max(300)).max(20),
  }),
])
export type FromHost = z.infer<typeof FromHost>
