// A list that holds itself, laid flat without end.
// ends: ok tool-error out-of-memory deadline
// limits: { "wallMs": 3000 }
export const main = async () => {
  const list = []
  list.push(list, list)
  for (const use of [
    () => list.flat(Number.POSITIVE_INFINITY),
    () => list.join(),
    () => String(list),
    () => list.toLocaleString(),
    () => list.concat(list).toString(),
  ])
    try {
      use()
    } catch {}
  return { escaped: [] }
}
