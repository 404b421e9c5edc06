// A result of as many keys as fit: few bytes, much work for who reads them.
// ends: ok too-large deadline
// limits: { "wallMs": 5000, "outputBytes": 4000000, "memoryMb": 128 }
export const main = async () => {
  const keys = {}
  for (let n = 0; n < 95_000; n++) keys[`k${n * 40_001}`] = 1
  return { escaped: [], keys }
}
