// Bodies that are copied and never read.
// ends: out-of-memory deadline tool-error
// limits: { "wallMs": 3000 }
export const main = async () => {
  const kept = []
  for (let body = new Response('x'.repeat(1 << 20)); ; body = body.clone()) {
    kept.push(body, new Request('https://a.example/', { method: 'POST', body: 'y'.repeat(1 << 20) }))
    await null
  }
}
