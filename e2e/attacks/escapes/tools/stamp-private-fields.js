// Private fields can be put on frozen objects, too; what one run stamps, no other may find.
// ends: ok
class Given {
  constructor(target) {
    // biome-ignore lint/correctness/noConstructorReturn: that is the attack
    return target
  }
}
class Stamp extends Given {
  #mark = 'stamped'
  static isOn(target) {
    return #mark in target
  }
}

export const main = async (input) => {
  const escaped = []
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt'])
  const targets = [
    sallyport,
    sallyport.fs,
    sallyport.fs.stat,
    crypto,
    crypto.subtle,
    fetch,
    URL.prototype,
    console,
    input,
    key,
  ]
  for (const target of targets) {
    if (Stamp.isOn(target)) escaped.push('stamped by another run')
    new Stamp(target)
  }
  if (Stamp.isOn(structuredClone({ key }).key) && !Stamp.isOn(key)) escaped.push('a stamp that crosses')
  const said = await sallyport.fs.stat({ path: '/no' }).catch(({ code }) => code)
  if (said !== 'denied-by-policy') escaped.push(`the gate said ${said}`)
  return { escaped }
}
