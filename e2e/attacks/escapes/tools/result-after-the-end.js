// Settles its own call twice, and asks when it has ended.
// ends: ok
export const main = async () => {
  setTimeout(() => sallyport.command.run({ argv: ['id'], cwd: '/' }).catch(() => {}), 0)
  queueMicrotask(() => Promise.resolve().then(() => sallyport.open({ target: 'late' }).catch(() => {})))
  return { escaped: [] }
}
