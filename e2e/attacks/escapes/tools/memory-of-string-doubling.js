// A string doubled until it can’t be.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  let text = 'x'
  for (;;) text += text
}
