// Logs one value whose parts are the same lists over and over: a hundred million of them in one line.
// ends: ok
export const main = async () => {
  let value = 'x'
  for (let n = 0; n < 4; n++) value = new Array(100).fill(value)
  for (let n = 0; n < 100; n++) console.log(value)
  return { escaped: [] }
}
