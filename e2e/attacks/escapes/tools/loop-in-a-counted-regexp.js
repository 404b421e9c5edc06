// Counted repetition without end.
// ends: deadline out-of-memory
export const main = async () => {
  ;/(?:(?:a{1,30}){1,30}){1,30}b/.test('a'.repeat(60))
}
