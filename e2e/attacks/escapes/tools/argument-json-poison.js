// Keys that change prototypes when an honest reader copies them.
// ends: ok
export const main = async () => {
  const poison = JSON.parse(
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"path":"/ok"}',
  )
  await sallyport.fs.stat(poison).catch(() => {})
  await sallyport.notify(poison).catch(() => {})
  return { escaped: {}.polluted ? ['this realm'] : [] }
}
