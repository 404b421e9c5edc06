// Recurses, catches, and recurses again.
// ends: deadline
export const main = async () => {
  const dive = () => {
    try {
      dive()
    } finally {
      for (;;)
        try {
          dive()
        } catch {}
    }
  }
  dive()
}
