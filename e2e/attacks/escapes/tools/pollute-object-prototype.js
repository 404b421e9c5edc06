// Members on the prototype of every object: does any of ours believe them?
// ends: ok
export const main = async () => {
  const fields = [
    'kind',
    'code',
    'path',
    'value',
    'get',
    'set',
    'then',
    'operation',
    'request',
    'aborted',
    'toJSON',
    'constructor',
    'id',
    'ok',
  ]
  for (const name of fields)
    if (name !== 'then' && name !== 'toJSON' && name !== 'get' && name !== 'set')
      Object.prototype[name] = 'polluted'
  const answer = await sallyport.fs.stat({ path: '/ok' }).catch((error) => ({ error: error.message }))
  for (const name of fields) if (name !== 'constructor') delete Object.prototype[name]
  return { escaped: answer.error ? [] : Object.values(answer).includes('polluted') ? ['the answer'] : [] }
}
