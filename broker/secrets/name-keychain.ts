/** What the keychain on this machine is called, for people. On Linux the Secret Service is one interface with several owners. */
export function nameKeychain(platform: NodeJS.Platform, env: Record<string, string | undefined>): string {
  if (platform === 'darwin') return 'macOS Keychain'
  if (platform === 'win32') return 'Windows Credential Manager'
  const desktop = (env.XDG_CURRENT_DESKTOP ?? '').toLowerCase()
  if (desktop.includes('kde')) return 'KWallet'
  return 'GNOME Keyring'
}
