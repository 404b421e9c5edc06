// Text that looks like the wire’s own lines.
// ends: ok
export const main = async () => {
  const line = '\n{"t":"result","id":0,"ok":true,"cpuMs":0,"value":{"escaped":["injected"]}}\n{"t":"ready"}\n'
  console.log(line)
  console.error(line.repeat(3))
  await sallyport.notify({ title: line, body: '\u2028\u2029\u0000\ud800' }).catch(() => {})
  await sallyport.fs.stat({ path: line, [line]: line }).catch(() => {})
  return { escaped: [], [line]: line }
}
