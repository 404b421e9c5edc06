import { describe, expect, it } from 'vitest'
import { makeSyscallFilter } from './make-syscall-filter.ts'

/** Runs the filter as the kernel would. */
function judge(filter: Buffer, call: { number: number; audit: number; firstArgument?: number }): number {
  let at = 0
  let loaded = 0
  for (let steps = 0; steps < 1_000; steps++) {
    const [code, jumpTrue, jumpFalse, value] = [
      filter.readUInt16LE(at * 8),
      filter[at * 8 + 2] ?? 0,
      filter[at * 8 + 3] ?? 0,
      filter.readUInt32LE(at * 8 + 4),
    ]
    at++
    if (code === 0x06) return value
    if (code === 0x20)
      loaded = value === 0 ? call.number : value === 4 ? call.audit : (call.firstArgument ?? 0)
    else {
      const holds =
        code === 0x15 ? loaded === value : code === 0x35 ? loaded >>> 0 >= value : (loaded & value) !== 0
      at += holds ? jumpTrue : jumpFalse
    }
  }
  throw new Error('the filter does not end')
}
const ALLOW = 0x7fff0000
const EPERM = 0x00050001
const ENOSYS = 0x00050026
const KILL = 0x80000000
const machines = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    denied: {
      fork: 57,
      vfork: 58,
      socket: 41,
      ptrace: 101,
      unshare: 272,
      mount: 165,
      bpf: 321,
      io_uring: 425,
      keyctl: 250,
      execveat: 322,
      memfd_create: 319,
    },
    allowed: {
      read: 0,
      write: 1,
      mmap: 9,
      execve: 59,
      futex: 202,
      exit_group: 231,
      getrandom: 318,
      openat: 257,
    },
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    denied: {
      socket: 198,
      ptrace: 117,
      unshare: 97,
      mount: 40,
      bpf: 280,
      io_uring: 425,
      keyctl: 219,
      execveat: 281,
      memfd_create: 279,
    },
    allowed: {
      read: 63,
      write: 64,
      mmap: 222,
      execve: 221,
      futex: 98,
      exit_group: 94,
      getrandom: 278,
      openat: 56,
    },
  },
}

describe.each(Object.entries(machines))('the system call filter on %s', (name, {
  audit,
  clone,
  denied,
  allowed,
}) => {
  const filter = makeSyscallFilter(name) as Buffer
  it('lets through what Node lives on', () => {
    for (const [call, number] of Object.entries(allowed))
      expect(judge(filter, { number, audit }), call).toBe(ALLOW)
  })

  it('refuses processes, sockets, namespaces, and looking into others', () => {
    for (const [call, number] of Object.entries(denied))
      expect(judge(filter, { number, audit }), call).toBe(EPERM)
  })

  it('lets threads start and no process', () => {
    const thread = 0x3d0f00
    expect(judge(filter, { number: clone, audit, firstArgument: thread })).toBe(ALLOW)
    expect(judge(filter, { number: clone, audit, firstArgument: 17 })).toBe(EPERM)
    expect(judge(filter, { number: clone, audit, firstArgument: 0x10000000 })).toBe(EPERM)
    expect(judge(filter, { number: 435, audit })).toBe(ENOSYS)
  })

  it('is not fooled by another architecture’s numbers', () => {
    expect(judge(filter, { number: 0, audit: 0x40000003 })).toBe(KILL)
    expect(judge(filter, { number: 0x40000000 + 41, audit })).toBe(EPERM)
  })
})

describe('a machine without a table', () => {
  it('has no filter', () => expect(makeSyscallFilter('riscv64')).toBeNull())
})
