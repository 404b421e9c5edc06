import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import { MESSAGE_SHAPE } from '../../contract/json-shape.ts'
import { FromSandbox } from '../../contract/sandbox-wire.ts'
import { LIMITS } from '../../contract/words.ts'
import { createLineReader, parseLargeLine, parseLine } from './read-messages.ts'

const fault = expect.objectContaining({ fault: expect.any(String) })
const request = { t: 'request', id: 1, request: 2, operation: 'fs.stat', args: { path: '/' } }

describe('a line from a sandbox process', () => {
  it('is a message when it follows the contract', () => {
    const messages = [
      request,
      { t: 'ready' },
      { t: 'log', id: 1, level: 'warn', text: 'x' },
      { t: 'result', id: 1, ok: true, cpuMs: 0.5, value: [1] },
      { t: 'result', id: 1, ok: false, cpuMs: 1, error: { kind: 'tool', message: 'no' } },
    ]
    for (const message of messages) expect(parseLine(JSON.stringify(message))).toEqual({ message })
  })

  it('is a fault when anything is wrong with it, and never throws', () => {
    const broken = [
      '',
      'null',
      '[]',
      '{"t":"call","id":1}',
      '{"t":"ready","extra":1}',
      JSON.stringify({ ...request, id: -1 }),
      JSON.stringify({ ...request, id: 1.5 }),
      JSON.stringify({ ...request, operation: 'x'.repeat(100) }),
      JSON.stringify({ ...request, pid: 1 }),
      JSON.stringify({ t: 'log', id: 1, level: 'fatal', text: '' }),
      JSON.stringify({ t: 'log', id: 1, level: 'info', text: 'x'.repeat(5000) }),
      `{"t":"request","id":1,"request":2,"operation":"x","args":${'['.repeat(100_000)}`,
      `{"t":"result","id":1,"ok":true,"cpuMs":0,"value":${'['.repeat(65)}${']'.repeat(65)}}`,
      JSON.stringify({ t: 'result', id: 1, ok: true, cpuMs: 0, value: new Array(500_000).fill(0) }),
    ]
    for (const huge of ['1e999', '-1E+400', '9e0000999', '9'.repeat(400), `${'9'.repeat(250)}e99`])
      broken.push(`{"t":"result","id":1,"ok":true,"cpuMs":0,"value":[{"a":${huge}}]}`)
    for (const line of broken) expect(parseLine(line), line.slice(0, 80)).toEqual(fault)
    const text = { t: 'result', id: 1, ok: true, cpuMs: 0, value: ['1e999', '9'.repeat(400), 1e300] }
    expect(parseLine(JSON.stringify(text))).toEqual({ message: text })
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (line) => {
        const parsed = parseLine(line)
        if ('message' in parsed) expect(FromSandbox.safeParse(parsed.message).success).toBe(true)
      }),
      runs(300),
    )
  })

  it('is checked field by field: a message with one field exchanged passes only when the contract says so', () => {
    const field = fc.constantFrom(
      't',
      'id',
      'request',
      'operation',
      'args',
      'ok',
      'value',
      'error',
      'constructor',
      '__proto__',
    )
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        const text = `${JSON.stringify(request).slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`
        const parsed = parseLine(text)
        const expected = FromSandbox.safeParse(name === '__proto__' ? request : JSON.parse(text))
        expect('message' in parsed).toBe(expected.success)
      }),
    )
  })

  it('is read alike in its usual spelling and in any other', () => {
    const number = fc.oneof(
      fc.nat(),
      fc.double(),
      fc.constantFrom(
        ...['', '-0', '-1', '01', '1.', '.5', '1.50', '1e3', '1e999', '0x1', 'NaN', 'Infinity', ' 1', '1,'],
      ),
      fc.constantFrom('9007199254740993', '1e21', '1e+21', '1"x"', 'null', '[1', '{"a":1}'),
    )
    const value = fc.oneof(
      fc.json(),
      fc.constantFrom(
        ...[
          '',
          '1,"ok":false',
          '1,"value":2',
          '1}',
          '{"a":1',
          '1e999',
          '[1,2]]',
          '"\\u0041"',
          '{"__proto__":1}',
          ' 1 ',
        ],
        `${'['.repeat(63)}${']'.repeat(63)}`,
        `${'['.repeat(64)}${']'.repeat(64)}`,
      ),
    )
    const end = fc.constantFrom('}', '} ', '', '}}', ',"error":null}')
    fc.assert(
      fc.property(number, number, value, end, (id, cpuMs, text, close) => {
        const usual = `{"t":"result","id":${id},"ok":true,"cpuMs":${cpuMs},"value":${text}${close}`
        const other = usual.replace('{"t":', '{ "t":')
        const { fault: wrong, ...read } = parseLine(usual) as { fault?: string }
        const { fault: alike, ...expected } = parseLine(other) as { fault?: string }
        expect([read, wrong === undefined]).toEqual([expected, alike === undefined])
      }),
      runs(1000),
    )
    const rich = (count: number) =>
      `{"t":"result","id":1,"ok":true,"cpuMs":0,"value":[${'1,'.repeat(count)}1]}`
    for (const count of [199_985, 199_990, 199_995])
      expect('fault' in parseLine(rich(count))).toBe('fault' in parseLine(rich(count).replace('{', '{ ')))
  })

  it('brings no key that could change a prototype, however it is spelled', () => {
    for (const key of ['"__proto__"', '"\\u005f_proto__"', '"__prot\\u006f__"']) {
      const parsed = parseLine(
        `{"t":"result","id":1,"ok":true,"cpuMs":0,"value":[{${key}:{"polluted":1},"a":1}]}`,
      )
      expect('message' in parsed && parsed.message).toEqual({
        t: 'result',
        id: 1,
        ok: true,
        cpuMs: 0,
        value: [{ a: 1 }],
      })
      const value = (parsed as { message: { value: object[] } }).message.value[0] as object
      expect(Object.assign({}, value)).not.toHaveProperty('polluted')
    }
  })
})

describe('a large line', () => {
  const large = (line: string) => parseLargeLine(line, () => true)
  const result = (value: string) => `{"t":"result","id":1,"ok":true,"cpuMs":0,"value":${value}}`

  it('is read as a small one is, whatever it holds', async () => {
    const text = fc.oneof(
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify(value, null, '\t')),
      fc.string(),
      fc.string({ unit: fc.constantFrom(...`[]{}",:0123456789.eE+-\\u tfnrul`) }),
      fc.constantFrom(
        ...[
          '1e999',
          '-0',
          '01',
          '1.',
          '.5',
          '+1',
          '1E-5',
          '[1,]',
          '{"a":1,}',
          '"\\ud83d\\ude00"',
          '"\\x"',
          '"\t"',
        ],
        ...[
          '{"__proto__":{"a":1},"a":2,"a":3}',
          '[{"\\u005f_proto__":1}]',
          'nul',
          'truefalse',
          '"',
          '"\\',
          '"\\u00',
        ],
      ),
    )
    const line = fc.oneof(text, text.map(result))
    await fc.assert(
      fc.asyncProperty(line, async (each) => {
        const small = parseLine(each)
        if ('fault' in small) expect(await large(each)).toEqual(fault)
        else expect(await large(each)).toEqual(small)
      }),
      runs(500),
    )
  })

  it('is read whole where it is cut into pieces', async () => {
    for (const unit of ['a', '\\\\', '\\"', '\\u0041', '\\ud83d\\ude00', 'ü\\n', '☀😀']) {
      const line = result(`"x${unit.repeat(300_000)}"`)
      expect(await large(line), unit).toEqual({ message: JSON.parse(line) })
    }
  })

  const many = (count: number, one: (index: number) => string) =>
    Array.from({ length: count }, (_, n) => one(n)).join(',')

  it('is as rich as a small one may be, and no richer', async () => {
    const nested = (levels: number) => result('['.repeat(levels) + ']'.repeat(levels))
    const holding = (values: number) => result(`[${many(values, () => '1')}]`)
    const richest = async (make: (count: number) => string, count: number) => {
      const least = make(count)
      expect(await large(least)).toEqual({ message: JSON.parse(least) })
      expect(await large(least)).toEqual(parseLine(least))
      for (const more of [1, 2, 1_000]) {
        const line = make(count + more)
        expect(await large(line)).toEqual(fault)
        expect(parseLine(line)).toEqual(fault)
      }
    }
    await richest(nested, MESSAGE_SHAPE.depth - 1)
    // The brackets, commas and colons of the message around it, and of n values one comma less than their bracket adds.
    const around = result('').replace(/[^{,:]/g, '').length
    await richest(holding, MESSAGE_SHAPE.values - around)
  })

  const megabytes = (unit: string) => unit.repeat(Math.floor(8_000_000 / unit.length))
  it.each([
    ['one string', result(`"${megabytes('a')}"`)],
    ['one string full of escapes', result(`"${megabytes('\\"')}"`)],
    ['one number', result(megabytes('9'))],
    ['long numbers', result(`[${many(10_000, () => `9007199254740993.${'0'.repeat(780)}1`)}]`)],
    ['many keys of one object', result(`{${many(99_000, (n) => `"k${n}":1`)}}`)],
    ['long keys full of escapes', result(`{${many(60_000, (n) => `"${'\\u006b'.repeat(16)}${n}":1`)}}`)],
    ['one key again and again', result(`{${many(99_000, () => '"k":1')}}`)],
    ['keys that no message has', `{"t":"log","id":1,${many(99_000, (n) => `"k${n}":1`)}}`],
    [
      'keys that no error has',
      `{"t":"result","id":1,"ok":false,"cpuMs":0,"error":{${many(99_000, (n) => `"k${n}":1`)}}}`,
    ],
    ['deep nesting', result(`[${many(3_200, () => '['.repeat(60) + ']'.repeat(60))}]`)],
    ['nothing but blanks', result(`[${megabytes(' ')}1]`)],
    ['what closes nothing', `{"t":"x"${megabytes(']')}`],
  ])('never keeps the thread for long: %s', async (_, line) => {
    const gaps: number[] = []
    // What else this computer does must not count: time of this thread's own, and the best of three.
    const now = () => {
      const { user, system } = process.threadCpuUsage()
      return (user + system) / 1000
    }
    for (let n = 0; n < 3; n++) {
      let longest = 0
      let last = now()
      let reading = true
      const beat = async () => {
        for (; reading; last = now()) {
          await new Promise(setImmediate)
          longest = Math.max(longest, now() - last)
        }
      }
      const beating = beat()
      await large(line)
      reading = false
      await beating
      gaps.push(longest)
    }
    expect(Math.min(...gaps)).toBeLessThan(100)
  })

  it('is dropped when nobody waits for it any more', async () => {
    const line = result(`[${many(150_000, (n) => `"${n}"`)}]`)
    expect(await parseLargeLine(line, () => false)).toEqual(fault)
  })
})

describe('the reader of lines', () => {
  const read = (chunks: Buffer[]) => {
    const lines: string[] = []
    const faults: string[] = []
    const push = createLineReader(
      (line) => lines.push(line),
      (text) => faults.push(text),
    )
    for (const chunk of chunks) push(chunk)
    return { lines, faults }
  }

  it('finds the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n'))),
        fc.array(fc.nat(200)),
        (texts, cuts) => {
          const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''))
          const places = [
            0,
            ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
            bytes.length,
          ]
          const chunks = places.slice(1).map((place, index) => bytes.subarray(places[index], place))
          expect(read(chunks)).toEqual({ lines: texts, faults: [] })
        },
      ),
    )
  })

  it('stops for good at a line that is too long, and keeps nothing of it', () => {
    const chunk = Buffer.alloc(1024 * 1024, 'a')
    const chunks = Array.from({ length: LIMITS.sandboxMessage / chunk.length + 1 }, () => chunk)
    expect(read([Buffer.from('one\n'), ...chunks, Buffer.from('\ntwo\n')])).toEqual({
      lines: ['one'],
      faults: [expect.stringContaining('longer')],
    })
  })
})
