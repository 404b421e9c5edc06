// Streams whose source reads them, ends them and fails them while it is asked for more.
// ends: ok tool-error deadline
// limits: { "wallMs": 3000 }
export const main = async () => {
  const Stream = new Response('x').body.constructor
  for (let way = 0; way < 6; way++) {
    try {
      const stream = new Stream({
        async pull(control) {
          if (way === 0) control.close(), control.close()
          if (way === 1) control.error(control), control.enqueue('x')
          if (way === 2) await stream.cancel().catch(() => {})
          if (way === 3) control.enqueue(stream)
          if (way === 4) stream.getReader()
          if (way === 5) for (let n = 0; n < 1e5; n++) control.enqueue(new Uint8Array(1))
        },
      })
      const request = sallyport.net
        .fetch({ url: 'https://a.example/', method: 'POST', body: stream })
        .catch(() => {})
      await Promise.race([request, new Response(stream).text(), new Promise((done) => setTimeout(done, 100))])
    } catch {}
  }
  return { escaped: [] }
}
