// Throws an error whose message is made for ever.
// ends: deadline
export const main = async () => {
  throw {
    get message() {
      for (;;);
    },
  }
}
