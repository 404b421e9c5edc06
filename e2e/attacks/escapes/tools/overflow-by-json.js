// A value too deep to be printed.
// ends: tool-error too-large
export const main = async () => {
  let value = []
  for (let i = 0; i < 1e5; i++) value = [value]
  return value
}
