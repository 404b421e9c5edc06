// A module that waits at its top level for what never comes.
// ends: deadline
await new Promise(() => {})
export const main = async () => ({ escaped: ['the call began before its modules were done'] })
