// One text replaced into another, many times over.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000 }
export const main = async () => {
  const kept = []
  for (;;) {
    const text = 'x'.repeat(1 << 14).replaceAll('x', '$`')
    kept.push(text, text.split(''), text.normalize('NFKD'), text.toUpperCase())
  }
}
