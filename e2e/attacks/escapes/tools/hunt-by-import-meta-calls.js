// What a module knows of itself: nothing that leads outside.
// ends: ok
export const main = async () => {
  const escaped = []
  for (const key of Reflect.ownKeys(import.meta)) escaped.push(`import.meta.${String(key)}`)
  for (const name of ['url', 'dirname', 'filename', 'resolve', 'main', 'env'])
    if (import.meta[name] !== undefined) escaped.push(`import.meta.${name}`)
  if (Object.getPrototypeOf(import.meta) !== null) escaped.push('import.meta has a prototype')
  return { escaped }
}
