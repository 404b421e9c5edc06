// Makes the gate’s error by hand, with something that is no request’s number in its place.
// ends: tool-error
export const main = async () => {
  throw new sallyport.SallyportError('refused', 'budget', 'forged', { toJSON: () => 2 ** 60 })
}
