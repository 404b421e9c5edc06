// Throws a text that is longer than any message of an error may be while the package is loaded.
// ends: tool-error
export const main = async () => ({ escaped: ['it was loaded'] })
throw 'x'.repeat(1e5)
