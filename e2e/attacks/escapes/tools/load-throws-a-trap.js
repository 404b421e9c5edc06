// What is thrown while loading is read by the child, outside of any function of ours: reading it never ends.
// ends: deadline tool-error
// limits: { "wallMs": 800, "cpuMs": 800 }
const trap = new Error('x')
for (const name of ['message', 'name', 'stack'])
  Object.defineProperty(trap, name, {
    get() {
      for (;;);
    },
  })
throw trap
