// Errors with as many own members as fit, thrown and passed on.
// ends: tool-error out-of-memory deadline
// limits: { "wallMs": 4000 }
export const main = async () => {
  const error = new Error('many')
  for (let n = 0; n < 2e5; n++) error[`member${n}`] = n
  error.cause = error
  error.errors = [error, error]
  throw error
}
