/**
 * Waits for `work`, but not for ever.
 * @param ms milliseconds
 * @param what for the error: "Sallyport did not <what> in 5000 ms"
 */
export async function withLimit<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

/** Asks `check` again and again until it gives something other than undefined or false. */
export async function until<T>(
  check: () => T | Promise<T>,
  ms: number,
  what: string,
): Promise<Exclude<T, undefined | false | null>> {
  const end = Date.now() + ms
  for (;;) {
    const found = await check()
    if (found !== undefined && found !== false && found !== null)
      return found as Exclude<T, undefined | false | null>
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
