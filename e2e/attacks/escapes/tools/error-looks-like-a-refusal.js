// Throws something that looks like the gate’s own refusal, with a code of its choice.
// ends: tool-error
export const main = async () => {
  throw {
    name: 'SallyportError',
    kind: 'refused',
    code: 'stopped',
    message: 'Everything was stopped.',
    request: 0,
  }
}
