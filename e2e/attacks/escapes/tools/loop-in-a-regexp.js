// Backtracking without end.
// ends: deadline
export const main = async () => {
  ;/^(a+)+$/.test('a'.repeat(40) + 'b')
}
