// Is refused over and over, and asks again.
// ends: ok budget deadline
// limits: { "wallMs": 3000, "capabilityCalls": 500 }
export const main = async () => {
  for (let i = 0; i < 5000; i++) await sallyport.open({ target: 'x' + i }).catch(() => {})
  return { escaped: [] }
}
