// A thenable that throws after it resolved, and one whose getter throws.
// ends: ok
export const main = async () => {
  const value = await {
    then(resolve) {
      resolve(1)
      throw new Error('late')
    },
  }
  await Promise.resolve({
    get then() {
      throw new Error('getter')
    },
  }).catch(() => {})
  return { escaped: value === 1 ? [] : ['order'] }
}
