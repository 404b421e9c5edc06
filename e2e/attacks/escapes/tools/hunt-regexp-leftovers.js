// The legacy properties of RegExp hold what was matched last, by whomever.
// ends: ok
export const main = async () => {
  await sallyport.fs.stat({ path: '/ok' })
  new URL('https://user:pass@host/')
  const left = [RegExp.$1, RegExp['$&'], RegExp.input, RegExp.leftContext].join('')
  return { escaped: /\/ok|sandbox|node|pass/.test(left) ? [left] : [] }
}
