// Looks up the stack for who called: callee, caller, arguments.
// ends: ok
export const main = async () => {
  const escaped = []
  const look = new Function('try { return arguments.callee.caller } catch { return null }')
  for (const found of [look(), look.caller, look.arguments]) if (found) escaped.push(typeof found)
  const sloppy = new Function(
    'escaped',
    'let f = arguments.callee; for (let i = 0; i < 50 && f; i++) { try { f = f.caller } catch { return } if (f && !/look|sloppy|anonymous|main/.test(f.name)) escaped.push(String(f.name)) }',
  )
  sloppy(escaped)
  return { escaped }
}
