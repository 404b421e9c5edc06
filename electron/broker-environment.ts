/** The broker's environment: the shell's own, without what only Electron or a parent Node means. */
export function brokerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(ELECTRON_|CHROME_|NODE_OPTIONS$|NODE_CHANNEL_)/
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)))
}
