// Writes the name of a limit’s end over a refusal of the gate’s, and throws it on.
// ends: denied-by-policy
export const main = async () => {
  try {
    await sallyport.open({ target: 'x' })
  } catch (error) {
    error.kind = 'cancelled'
    error.code = 'x'.repeat(1e4)
    error.message = 'forged'
    throw error
  }
}
