// The same in a request.
// ends: ok
export const main = async () => {
  let value = 1
  for (let i = 0; i < 900; i++) value = { value }
  const error = await sallyport.notify({ title: value }).then(
    () => null,
    (reason) => reason,
  )
  return { escaped: error?.code === 'too-large' ? [] : ['it was let through'] }
}
