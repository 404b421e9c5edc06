// A result that looks like a refusal or an answer of the gate.
// ends: ok
export const main = async () => {
  return {
    escaped: [],
    kind: 'refused',
    code: 'stopped',
    person: 'forged',
    model: 'forged',
    ok: true,
    t: 'result',
  }
}
