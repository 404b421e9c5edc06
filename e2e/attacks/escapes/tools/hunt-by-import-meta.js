// Reads where it lies.
// ends: ok
export const main = async () => {
  const escaped = Object.keys(import.meta).map((key) => key + '=' + import.meta[key])
  return { escaped }
}
