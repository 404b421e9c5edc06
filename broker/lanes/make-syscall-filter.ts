/**
 * A seccomp filter for the sandbox process, as the bytes that bubblewrap takes: no new process, no socket, no
 * namespaces and mounts, nothing that looks into other processes, and none of the kernel's odd corners.
 *
 * It names what is denied and lets the rest pass, because Node and V8 need a set that changes with each release;
 * files and the network are closed by the namespaces already. `execve` must pass: bubblewrap starts Node with it.
 */
import { Buffer } from 'node:buffer'

type Architecture = 'x64' | 'arm64'
interface Table {
  /** AUDIT_ARCH_* of linux/audit.h. */
  audit: number
  clone: number
  denied: readonly number[]
}

/** The same number on every architecture: pidfd_open, pidfd_getfd, process_madvise, io_uring_*, the new mount calls. */
const SAME_EVERYWHERE = [434, 438, 440, 425, 426, 427, 428, 429, 430, 431, 432, 433, 442]
const CLONE3 = 435

const TABLES: Record<Architecture, Table> = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    // biome-ignore format: a line for each group
    denied: [
      57, 58, 322, // fork, vfork, execveat
      41, // socket
      101, 310, 311, 312, // ptrace, process_vm_readv, process_vm_writev, kcmp
      272, 308, 161, 155, 165, 166, // unshare, setns, chroot, pivot_root, mount, umount2
      175, 176, 313, 246, 320, // init_module, delete_module, finit_module, kexec_load, kexec_file_load
      321, 298, 323, // bpf, perf_event_open, userfaultfd
      248, 249, 250, // add_key, request_key, keyctl
      29, 30, 31, 64, 68, 240, 319, // shmget, shmat, shmctl, semget, msgget, mq_open, memfd_create
      303, 304, 300, // name_to_handle_at, open_by_handle_at, fanotify_init
      237, 238, 256, 279, 278, // mbind, set_mempolicy, migrate_pages, move_pages, vmsplice
      103, 163, 164, 159, 227, 305, // syslog, acct, settimeofday, adjtimex, clock_settime, clock_adjtime
      167, 168, 169, 170, 171, // swapon, swapoff, reboot, sethostname, setdomainname
      172, 173, 179, 154, // iopl, ioperm, quotactl, modify_ldt
      134, 135, 153, 180, 212, // uselib, personality, vhangup, nfsservctl, lookup_dcookie
    ],
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    // biome-ignore format: a line for each group
    denied: [
      281, // execveat
      198, // socket
      117, 270, 271, 272, // ptrace, process_vm_readv, process_vm_writev, kcmp
      97, 268, 51, 41, 40, 39, // unshare, setns, chroot, pivot_root, mount, umount2
      105, 106, 273, 104, 294, // init_module, delete_module, finit_module, kexec_load, kexec_file_load
      280, 241, 282, // bpf, perf_event_open, userfaultfd
      217, 218, 219, // add_key, request_key, keyctl
      194, 195, 196, 190, 186, 180, 279, // shmget, shmctl, shmat, semget, msgget, mq_open, memfd_create
      264, 265, 262, // name_to_handle_at, open_by_handle_at, fanotify_init
      235, 237, 238, 239, 75, // mbind, set_mempolicy, migrate_pages, move_pages, vmsplice
      116, 89, 170, 171, 112, 266, // syslog, acct, settimeofday, adjtimex, clock_settime, clock_adjtime
      224, 225, 142, 161, 162, 60, // swapon, swapoff, reboot, sethostname, setdomainname, quotactl
      92, 58, 42, 18, // personality, vhangup, nfsservctl, lookup_dcookie
    ],
  },
}

// linux/bpf_common.h and linux/seccomp.h
const LOAD = 0x20
const JUMP_EQUAL = 0x15
const JUMP_GREATER_OR_EQUAL = 0x35
const JUMP_SET = 0x45
const RETURN = 0x06
const OFFSET_NUMBER = 0
const OFFSET_ARCHITECTURE = 4
const OFFSET_FIRST_ARGUMENT = 16
const ALLOW = 0x7fff0000
const FAIL = 0x00050000
const KILL = 0x80000000
const EPERM = 1
const ENOSYS = 38
const CLONE_THREAD = 0x10000
const X32_BIT = 0x40000000

type Instruction = [code: number, jumpTrue: number, jumpFalse: number, value: number]

/** Null where there is no table for the machine: the other layers stand alone there. */
export function makeSyscallFilter(architecture: string = process.arch): Buffer | null {
  if (architecture !== 'x64' && architecture !== 'arm64') return null
  const table = TABLES[architecture]
  const denied = [...table.denied, ...SAME_EVERYWHERE]
  const program: Instruction[] = [
    [LOAD, 0, 0, OFFSET_ARCHITECTURE],
    [JUMP_EQUAL, 1, 0, table.audit],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, OFFSET_NUMBER],
    // The x32 numbers, which would pass a list of x64 numbers.
    [JUMP_GREATER_OR_EQUAL, 0, 1, X32_BIT],
    [RETURN, 0, 0, FAIL | EPERM],
    // The C library falls back to clone, whose flags can be looked at.
    [JUMP_EQUAL, 0, 1, CLONE3],
    [RETURN, 0, 0, FAIL | ENOSYS],
    // Threads may start, processes may not.
    [JUMP_EQUAL, 0, 4, table.clone],
    [LOAD, 0, 0, OFFSET_FIRST_ARGUMENT],
    [JUMP_SET, 1, 0, CLONE_THREAD],
    [RETURN, 0, 0, FAIL | EPERM],
    [RETURN, 0, 0, ALLOW],
    ...denied.map((number, index): Instruction => [JUMP_EQUAL, denied.length - index, 0, number]),
    [RETURN, 0, 0, ALLOW],
    [RETURN, 0, 0, FAIL | EPERM],
  ]
  return encode(program)
}

function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8)
  program.forEach(([code, jumpTrue, jumpFalse, value], index) => {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(jumpTrue, index * 8 + 2)
    bytes.writeUInt8(jumpFalse, index * 8 + 3)
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4)
  })
  return bytes
}
