// A pattern too deep to be compiled, and a string too long to be matched.
// ends: ok tool-error deadline
export const main = async () => {
  for (const make of [
    () => new RegExp('('.repeat(1e5) + ')'.repeat(1e5)),
    () => new RegExp('(a?)'.repeat(2e4) + 'a'.repeat(10)),
    () => /(a|b)*c/.test('ab'.repeat(5e5)),
    () => new Function('return ' + '('.repeat(1e5) + '1' + ')'.repeat(1e5))(),
  ])
    try {
      make()
    } catch {}
  return { escaped: [] }
}
