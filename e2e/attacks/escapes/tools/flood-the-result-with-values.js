// A small text of very many values.
// ends: too-large out-of-memory
// limits: { "wallMs": 3000, "outputBytes": 4000000 }
export const main = async () => {
  return new Array(1e6).fill(0)
}
