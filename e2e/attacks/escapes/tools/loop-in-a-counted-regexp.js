// Counted repetition without end.
// ends: deadline
export const main = async () => {
  ;/(?:(?:a{1,30}){1,30}){1,30}b/.test('a'.repeat(60))
}
