// A result whose `toJSON` does not come back.
// ends: deadline
export const main = async () => {
  return {
    toJSON() {
      for (;;);
    },
  }
}
