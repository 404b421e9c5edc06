// One object with ever more keys.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const object = {}
  for (let i = 0; ; i++) object['key' + i] = i
}
