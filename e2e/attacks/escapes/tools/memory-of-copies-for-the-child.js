// A text that takes no memory before it crosses into the child, where it would be half a gigabyte.
// ends: out-of-memory deadline
// limits: { "wallMs": 3000, "cpuMs": 3000 }
export const main = async () => {
  const text = 'x'.repeat(2 ** 28)
  for (const cross of [(t) => URL.canParse(`https://a/${t}`), btoa, (t) => sallyport.open({ target: t })])
    try {
      await cross(text)
    } catch {}
  for (;;);
}
