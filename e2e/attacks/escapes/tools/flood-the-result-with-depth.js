// A small text of very deep nesting.
// ends: too-large tool-error
export const main = async () => {
  let value = 1
  for (let i = 0; i < 900; i++) value = { value }
  return value
}
