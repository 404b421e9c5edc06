// A map without end.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const map = new Map()
  for (let i = 0; ; i++) map.set('key' + i, i)
}
