// Backtracking without end.
// ends: deadline out-of-memory
export const main = async () => {
  ;/^(a+)+$/.test('a'.repeat(40) + 'b')
}
