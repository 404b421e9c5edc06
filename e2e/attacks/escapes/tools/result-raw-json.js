// Answers with a number that is JSON and that no JSON parser gives back: 1e9999999.
// ends: ok
export function main() {
  return { raw: typeof JSON.rawJSON, text: JSON.stringify({ a: 1e308 * 10 }) }
}
