// Log lines without end.
// ends: deadline
export const main = async () => {
  for (let i = 0; ; i++) console.log('line ' + i, 'x'.repeat(10000))
}
