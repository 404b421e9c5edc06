// Other realms would have other rules.
// ends: ok
export const main = async () => {
  const escaped = ['ShadowRealm', 'Compartment', 'AsyncContext', 'Realm', 'vm'].filter(
    (name) => name in globalThis,
  )
  return { escaped }
}
