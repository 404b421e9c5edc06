// The engine’s own console has an inspector behind it.
// ends: ok
export const main = async () => {
  const escaped = []
  for (const name of ['context', 'createTask', 'profile', 'profileEnd', 'timeStamp', 'memory', 'inspect'])
    if (typeof console[name] !== 'undefined') escaped.push(name)
  debugger
  return { escaped }
}
