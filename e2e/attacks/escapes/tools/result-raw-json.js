// Answers with a number that is JSON and that no JSON parser gives back: 1e9999999.
// ends: ok
export function main() {
  const raw = typeof JSON.rawJSON === 'function' ? JSON.rawJSON('1e9999999') : null
  return { escaped: raw === null ? [] : ['raw JSON'], raw }
}
