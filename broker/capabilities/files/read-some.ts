import fs from 'node:fs'

/** One read through the pool, into the rest of `buffer`. */
export function readSome(fd: number, buffer: Buffer, into: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, into, buffer.length - into, position, (error, bytes) =>
      error ? reject(error) : resolve(bytes),
    )
  })
}
