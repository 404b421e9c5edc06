/** Left out is not the same as undefined, which is text to most of the web's functions. */
export function needs<T extends unknown[]>(given: T, count: number): T {
  if (given.length < count) throw new TypeError(`${count} ${count === 1 ? 'argument' : 'arguments'} needed`)
  return given
}
