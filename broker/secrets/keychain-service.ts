/** One name in the keychain for people's own data; another for each portable or test folder, so that they never meet. */
export const keychainService = (dataFolder: string, env: Record<string, string | undefined>): string =>
  env.SALLYPORT_HOME ? `Sallyport (${dataFolder})` : 'Sallyport'
