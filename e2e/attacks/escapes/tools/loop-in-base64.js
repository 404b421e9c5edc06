// Text to base64 and back, of megabytes.
// ends: deadline out-of-memory
export const main = async () => {
  let text = 'x'.repeat(1 << 22)
  for (;;) text = atob(btoa(text))
}
