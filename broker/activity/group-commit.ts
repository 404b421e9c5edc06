/**
 * Makes committed entries durable with one fdatasync for all who wait (group commit), on the thread pool.
 *
 * Why this is enough. The log's connection runs with synchronous=NORMAL: a commit writes its frames to the WAL file
 * (kept through the death of any process by the page cache) and does not wait for the disk. An fdatasync of that file,
 * through a descriptor of our own, puts every frame on the disk that was written before it began; recovery takes the
 * frames up to the last whole commit, each checked by a running checksum, so a durable frame can't be skipped. When a
 * checkpoint has moved the frames into the database meanwhile, SQLite has synced the WAL before and the database after
 * it, and only then may the WAL be written from its start again: so the entries are durable by that way. The WAL file
 * is one inode for as long as a connection is open, which the log keeps; its name is made durable by a sync of its
 * folder at open. Closing our descriptor drops no lock of SQLite's: in WAL mode locks lie on the -shm file and on the
 * database, never on the -wal. (For the same reason nothing in this process may open those two except SQLite.)
 *
 * After a failed fdatasync the kernel may forget which pages were dirty: a second one that succeeds proves nothing. So
 * a failure asks for `recover`, which checkpoints (writes all frames into the database and syncs that) before it counts.
 */
import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs'
import path from 'node:path'

export interface GroupCommit {
  /** Resolves when everything committed before the call is on the disk. Rejects with the system's error. */
  sync(): Promise<void>
  close(): void
}

/** `recover` is called after a failure, before the next sync; it throws while the disk still refuses. */
export function openGroupCommit(file: string, { recover }: { recover: () => void }): GroupCommit {
  const wal = openSync(`${file}-wal`, 'r+')
  syncFolder(path.dirname(file))
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null
  let broken = false
  let closed = false

  function start(): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      if (broken) {
        recover()
        broken = false
      }
      fdatasync(wal, (error) => {
        if (error === null) return resolve()
        broken = true
        reject(error)
      })
    })
    running = done.then(finish, finish)
    return done
  }
  function finish(): void {
    running = null
    if (closed) closeSync(wal)
  }

  return {
    sync() {
      if (running === null) return start()
      // One is under way and may have begun too early for the newest entry: all who come now share the one after it.
      next ??= running.then(() => {
        next = null
        return start()
      })
      return next
    },
    close() {
      if (closed) return
      closed = true
      if (running === null) closeSync(wal)
    },
  }
}

/** Systems that can't open a folder (Windows) keep new names by themselves. */
function syncFolder(folder: string): void {
  let fd: number
  try {
    fd = openSync(folder, 'r')
  } catch {
    return
  }
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
