// Answers, and goes on spinning.
// ends: deadline
export const main = async () => {
  void (async () => {
    for (;;) await 0
  })()
  return { escaped: [] }
}
