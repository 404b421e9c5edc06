// Timers that set timers, with no pause.
// ends: deadline out-of-memory
export const main = async () => {
  const again = () => setTimeout(again, 0)
  for (let i = 0; i < 50; i++) again()
  await new Promise(() => {})
}
