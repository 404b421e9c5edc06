// Normalizes and compares long text.
// ends: deadline out-of-memory
export const main = async () => {
  const text = '\u1e9b\u0323'.repeat(2e5)
  for (;;) text.normalize('NFKD').localeCompare(text)
}
