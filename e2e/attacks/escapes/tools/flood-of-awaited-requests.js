// Requests one after the other, past the limit.
// ends: budget
// limits: { "wallMs": 5000, "capabilityCalls": 300 }
export const main = async () => {
  for (let i = 0; i < 1e5; i++) await sallyport.fs.stat({ path: '/ok' })
}
