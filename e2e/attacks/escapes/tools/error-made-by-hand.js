// Makes the gate’s error by hand, with the number of a request that was refused otherwise.
// ends: tool-error
export const main = async () => {
  await sallyport.open({ target: 'x' }).catch(() => {})
  throw new sallyport.SallyportError('refused', 'stopped', 'forged', 4711)
}
