/** How long one thing keeps all others waiting, by processor time: a busy machine changes nothing of it. */

/** The longest that nobody else had a turn of this thread's loop until `work` was done, its last turn included. Milliseconds. */
export async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let last = cpu()
  let on = true
  const turn = () => {
    const now = cpu()
    longest = Math.max(longest, now - last)
    last = now
    if (on) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  await new Promise((resolve) => setImmediate(resolve))
  on = false
  return longest
}

function cpu(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
