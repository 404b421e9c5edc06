// A result that is exactly as deep as one may be.
// ends: ok
export const main = async () => {
  let deep = []
  for (let n = 0; n < 62; n++) deep = [deep]
  return { escaped: [], deep }
}
