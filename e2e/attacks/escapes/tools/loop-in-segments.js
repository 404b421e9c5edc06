// Cuts an endless text into words, letter by letter.
// ends: deadline
export const main = () => {
  const text = 'ก'.repeat(200_000)
  const segmenter = new Intl.Segmenter('th', { granularity: 'word' })
  for (;;) for (const _ of segmenter.segment(text));
}
