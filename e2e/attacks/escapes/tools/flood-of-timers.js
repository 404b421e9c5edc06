// As many timers as can be set.
// ends: ok tool-error deadline
export const main = async () => {
  for (let i = 0; i < 1e6; i++) setTimeout(() => {}, i % 100)
  return { escaped: [] }
}
