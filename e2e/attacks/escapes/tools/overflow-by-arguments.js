// More arguments than a stack can hold.
// ends: ok tool-error
export const main = async () => {
  const many = new Array(5e5).fill('x')
  for (const use of [
    () => console.log(...many),
    () => Math.max(...many),
    () => String.fromCharCode.apply(null, many),
    () => setTimeout(() => {}, 1, ...many),
    () => new Function(...many),
  ])
    try {
      use()
    } catch {}
  return { escaped: [] }
}
