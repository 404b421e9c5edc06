// Parses four megabytes, again and again.
// ends: deadline out-of-memory
export const main = async () => {
  const text = JSON.stringify(Array.from({ length: 3e5 }, (_, i) => ({ i })))
  for (;;) JSON.parse(text)
}
