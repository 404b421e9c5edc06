/**
 * Windows: there is no well-kept part that starts an own program with a restricted token from Node without native
 * code of ours, so nothing is wrapped. What holds there: Node's permissions (no files, network, processes), the
 * isolate, and the deadlines; memory is bounded by the engine alone. It is said on the readiness page, and
 * `requireOsSandbox` refuses tools there. Not run.
 */
export const WINDOWS_WORDS =
  'On Windows the sandbox process runs with Node’s own permissions and the isolate, without an operating system sandbox around it.'
