// What one run leaves in tables that a realm shares: registered symbols, template objects, the last match.
// ends: ok
export const main = async () => {
  const tag = (strings) => strings
  const once = () => tag`a${1}b`
  const escaped = []
  const marked = Symbol.keyFor(Symbol.for('sallyport escape')) === undefined ? ['registry'] : []
  escaped.push(...marked)
  if (globalThis[Symbol.for('sallyport escape')]) escaped.push('a global of another run')
  globalThis[Symbol.for('sallyport escape')] = true
  try {
    once().raw.leaked = true
  } catch {}
  if (once().raw.leaked) escaped.push('a template of another run')
  if (RegExp.lastMatch === 'of another run' || RegExp.$1 === 'of another run')
    escaped.push('a match of another run')
  ;/(of another run)/.exec('of another run')
  try {
    sallyport.fs.left = true
  } catch {}
  if (sallyport.fs.left) escaped.push('an endowment that keeps things')
  return { escaped }
}
