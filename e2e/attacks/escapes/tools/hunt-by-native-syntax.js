// Asks the engine for its intrinsics.
// ends: ok
export const main = async () => {
  const escaped = []
  for (const code of [
    '%DebugPrint(1)',
    '%GetOptimizationStatus(main)',
    '%SystemBreak()',
    'gc()',
    'd8',
    'print(1)',
    'quit()',
    'load("/etc/passwd")',
    'readline()',
    'os.system("id")',
    'version()',
    'Realm.create()',
  ])
    try {
      new Function(code)()
      escaped.push(code)
    } catch {}
  return { escaped }
}
