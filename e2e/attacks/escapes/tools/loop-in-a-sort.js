// A sort whose comparison never agrees.
// ends: deadline out-of-memory
export const main = async () => {
  const list = Array.from({ length: 3e6 }, Math.random)
  for (;;) list.sort(() => Math.random() - 0.5)
}
