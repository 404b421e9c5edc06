// Keeps the child busy with parsing.
// ends: deadline
export const main = async () => {
  const url = 'https://a.b/' + 'ü'.repeat(20000)
  for (;;) new URL(url)
}
