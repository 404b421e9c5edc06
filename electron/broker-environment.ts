/**
 * The broker's environment: the shell's own, without what only Electron or a parent Node means, and with glibc told to
 * give freed memory back. By its own rules it keeps it, in an arena for each thread: 5 MB of an idle broker. Other
 * systems don't know these names.
 */
export function brokerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(ELECTRON_|CHROME_|NODE_OPTIONS$|NODE_CHANNEL_)/
  return {
    MALLOC_ARENA_MAX: '2',
    MALLOC_TRIM_THRESHOLD_: String(128 * 1024),
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name))),
  }
}
