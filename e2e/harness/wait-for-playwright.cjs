// Loaded before the app: holds its start until Playwright has attached, which then calls `__playwright_run`. Attached in the
// middle of making the first window, Playwright now and then waits for that window for ever.
const { app } = require('electron')

const ready = app.whenReady()
const attached = new Promise((resolve) => {
  globalThis.__playwright_run = resolve
})
app.whenReady = () => attached.then(() => ready)
