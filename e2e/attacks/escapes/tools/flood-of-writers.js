// Files that are begun and never closed, each with a part that somebody has to keep.
// ends: ok deadline
export const main = async () => {
  const writers = Array.from({ length: 3_000 }, (_, n) => sallyport.fs.writeStream({ path: `/no/${n}` }))
  const said = new Set()
  await Promise.all(
    writers.map((writer) =>
      writer.write('x'.repeat(1_000)).then(
        () => said.add('taken'),
        ({ code }) => said.add(code),
      ),
    ),
  )
  return { escaped: said.has('taken') ? ['a part was taken'] : [], said: [...said] }
}
