// The same in the result.
// ends: ok
export const main = async () =>
  JSON.parse(
    '{"escaped":[],"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"a":[{"__proto__":{"polluted":true}}]}',
  )
