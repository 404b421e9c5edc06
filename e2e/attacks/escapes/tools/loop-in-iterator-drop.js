// Has the engine skip more items of an iterator than there will ever be.
// ends: deadline
export const main = async () => {
  const next = () => ({ done: false, value: 1 })
  return Iterator.from({ next })
    .drop(2 ** 53 - 1)
    .next()
}
