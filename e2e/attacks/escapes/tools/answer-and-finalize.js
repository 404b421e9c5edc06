// Answers in a finally that never ends.
// ends: deadline
export const main = async () => {
  try {
    return { escaped: [] }
  } finally {
    for (;;);
  }
}
