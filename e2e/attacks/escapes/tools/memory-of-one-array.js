// One array that is as large as it gets.
// ends: out-of-memory deadline tool-error ok
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const list = new Array(2 ** 27).fill(0)
  return { escaped: [], length: list.length }
}
