// Requests without end, none awaited.
// ends: refused-budget deadline out-of-memory tool-error
// limits: { "wallMs": 1000 }
export const main = async () => {
  for (;;) {
    sallyport.fs.stat({ path: '/ok' }).catch(() => {})
    if (Math.random() < 0.001) await 0
  }
}
