// As many lines as are allowed, each as long as is allowed.
// ends: ok
// limits: { "wallMs": 3000, "logLines": 500 }
export const main = async () => {
  for (let i = 0; i < 1000; i++) console.error('x'.repeat(1e5))
  return { escaped: [] }
}
