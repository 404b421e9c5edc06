// Microtasks that queue microtasks.
// ends: deadline out-of-memory tool-error
export const main = async () => {
  const again = () => queueMicrotask(again)
  again()
  await new Promise(() => {})
}
