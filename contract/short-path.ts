/** `~/Documents` for what lies at home, the path itself elsewhere: how people read a path, everywhere. */
export function shortPath(path: string, home: string): string {
  if (home === '' || home === '/' || !path.startsWith(home)) return path
  const next = path.charAt(home.length)
  return next === '' || next === '/' || next === '\\' ? `~${path.slice(home.length)}` : path
}
