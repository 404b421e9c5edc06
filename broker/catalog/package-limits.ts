/** What a tool package may weigh. Bytes. The whole of it is sent to the sandbox in one message. */
export const PACKAGE_LIMITS = {
  manifest: 256 * 1024,
  module: 4 * 1024 * 1024,
  map: 8 * 1024 * 1024,
  total: 6 * 1024 * 1024,
  /** Of all maps together. */
  maps: 16 * 1024 * 1024,
  files: 500,
  depth: 8,
} as const
