// Lone surrogates and separators in every place.
// ends: ok
export const main = async () => {
  const text = '\ud800\udfff\udc00\u2028\ufeff\u0000'
  console.log(text)
  await sallyport.notify({ title: text }).catch(() => {})
  return { escaped: [], [text]: [text] }
}
