// Begins to write and to read without end, and looks at nothing.
// ends: ok deadline
export const main = async () => {
  const ends = {}
  const note = (code) => {
    ends[code] = (ends[code] ?? 0) + 1
  }
  for (let i = 0; i < 20; i++) {
    await sallyport.fs.readStream({ path: '/no' }).then(
      () => note('open'),
      (error) => note(error.code),
    )
    const writer = sallyport.fs.writeStream({ path: '/no' })
    await writer.write(new Uint8Array(100_000)).then(
      () => note('taken'),
      (error) => note(error.code),
    )
  }
  return { escaped: [], ends }
}
