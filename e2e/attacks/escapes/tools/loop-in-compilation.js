// Compiles new functions without end.
// ends: deadline out-of-memory tool-error
export const main = async () => {
  for (let i = 0; ; i++) new Function('return ' + i + '+' + 'x'.repeat(1000))
}
