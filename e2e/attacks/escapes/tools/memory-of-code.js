// Functions that are made of text, without end: the engine keeps what it compiles elsewhere.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const kept = []
  for (let n = 0; ; n++) {
    const made = new Function(`return [${`'${n}',`.repeat(20_000)}]`)
    made()
    kept.push(made)
  }
}
