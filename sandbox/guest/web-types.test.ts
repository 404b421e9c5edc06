// The isolate has none of the web's types, so they are ours. Node has the real ones: each is compared with its model.
import { describe, expect, it } from 'vitest'
import { fc, runs } from '../../build/properties.ts'
import { editUrl, parseUrl } from '../host-calls.ts'
import { AbortController, AbortSignal } from './abort.ts'
import { atob, btoa } from './base64.ts'
import { formatValues } from './format-values.ts'
import { Headers } from './headers.ts'
import { structuredClone } from './structured-clone.ts'
import { TextDecoder, TextEncoder } from './text-coding.ts'
import { createUrlClass } from './url.ts'
import { URLSearchParams } from './url-search-params.ts'

const nodes = globalThis
const URL = createUrlClass({ parseUrl, editUrl })
const anyText = fc.string({ unit: 'binary', maxLength: 40 })
const roughText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
  .map((units) => String.fromCharCode(...units))
const attempt = <T>(fn: () => T) => {
  try {
    return { value: fn() }
  } catch (error) {
    return { error: (error as Error).name }
  }
}

describe('TextEncoder and TextDecoder', () => {
  it('encode as Node does, lone surrogates included', () => {
    fc.assert(
      fc.property(roughText, (text) => {
        expect([...new TextEncoder().encode(text)]).toEqual([...new nodes.TextEncoder().encode(text)])
      }),
    )
  })

  it('encode into a space that may be too small as Node does', () => {
    fc.assert(
      fc.property(roughText, fc.nat(40), (text, size) => {
        const [ours, theirs] = [new Uint8Array(size), new Uint8Array(size)]
        expect(new TextEncoder().encodeInto(text, ours)).toEqual(
          new nodes.TextEncoder().encodeInto(text, theirs),
        )
        expect(ours).toEqual(theirs)
      }),
    )
  })

  it.each([
    'utf-8',
    'utf-16le',
    'latin1',
  ])('decode %s as Node does, whole and in chunks, broken or not', (label) => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 4 })
    fc.assert(
      fc.property(chunks, fc.boolean(), fc.boolean(), (parts, fatal, ignoreBOM) => {
        const decode = (Decoder: typeof TextDecoder | typeof nodes.TextDecoder) =>
          attempt(() => {
            const decoder = new Decoder(label, { fatal, ignoreBOM })
            return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode()
          })
        expect(decode(TextDecoder)).toEqual(decode(nodes.TextDecoder))
      }),
      runs(500),
    )
  })

  it('drop one byte order mark', () => {
    expect(new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 65]))).toBe('\ufeffA')
    expect(() => new TextDecoder('shift_jis')).toThrow(RangeError)
  })
})

describe('base64', () => {
  it('goes both ways as in Node', () => {
    fc.assert(
      fc.property(roughText, (text) => {
        expect(attempt(() => btoa(text))).toEqual(attempt(() => nodes.btoa(text)))
        expect(attempt(() => atob(text))).toEqual(attempt(() => nodes.atob(text)))
      }),
    )
    fc.assert(
      fc.property(fc.base64String(), (text) => {
        expect(atob(text)).toBe(nodes.atob(text))
      }),
    )
  })
})

describe('URLSearchParams', () => {
  it('parses and prints as Node does', () => {
    const query = fc.oneof(
      // Node's own parser breaks a text that holds both escapes and letters beyond ASCII.
      roughText.filter((text) => !text.includes('%')),
      fc.string({ unit: fc.constantFrom('a', '=', '&', '+', '%', '2', '0', 'F', 'f', '?') }),
    )
    fc.assert(
      fc.property(query, (text) => {
        expect([...new URLSearchParams(text)]).toEqual([...new nodes.URLSearchParams(text)])
        expect(new URLSearchParams(text).toString()).toBe(new nodes.URLSearchParams(text).toString())
      }),
      runs(500),
    )
  })

  it('changes as Node’s does', () => {
    const name = fc.constantFrom('a', 'b', 'c d', 'ü')
    const step = fc.oneof(
      fc.tuple(fc.constant('append' as const), name, anyText),
      fc.tuple(fc.constant('set' as const), name, anyText),
      fc.tuple(fc.constant('delete' as const), name),
      fc.tuple(fc.constant('sort' as const)),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const [ours, theirs] = [new URLSearchParams(), new nodes.URLSearchParams()]
        for (const [method, ...args] of steps) {
          for (const params of [ours, theirs]) (params[method] as (...args: string[]) => void)(...args)
          expect(ours.toString()).toBe(theirs.toString())
          expect([ours.get('a'), ours.getAll('b'), ours.has('c d'), ours.size]).toEqual([
            theirs.get('a'),
            theirs.getAll('b'),
            theirs.has('c d'),
            theirs.size,
          ])
        }
      }),
    )
  })

  it('takes records and pairs', () => {
    expect(new URLSearchParams({ a: 1, b: 'x y' }).toString()).toBe('a=1&b=x+y')
    expect(
      new URLSearchParams([
        ['a', '1'],
        ['a', '2'],
      ]).getAll('a'),
    ).toEqual(['1', '2'])
    expect(() => new URLSearchParams([['a']])).toThrow(TypeError)
  })
})

describe('URL', () => {
  const parts = [
    'href',
    'origin',
    'protocol',
    'username',
    'password',
    'host',
    'hostname',
    'port',
    'pathname',
    'search',
    'hash',
  ] as const
  const read = (url: unknown) => parts.map((part) => (url as Record<string, string>)[part])

  it('has the parts that Node gives it', () => {
    for (const text of [
      'https://u:p@exämple.org:8443/a/../b?x=1#y',
      'http://[::1]/',
      'data:text/plain,x',
      'https://a.b./%zz',
    ])
      expect(read(new URL(text))).toEqual(read(new nodes.URL(text)))
    expect(new URL('../x?y', 'https://a.b/c/d/').href).toBe('https://a.b/c/x?y')
    expect(() => new URL('no')).toThrow(TypeError)
    expect([URL.canParse('no'), URL.canParse('x', 'https://a'), URL.parse('no')]).toEqual([false, true, null])
  })

  it('changes as Node’s does', () => {
    const step = fc.tuple(
      fc.constantFrom('protocol', 'username', 'host', 'port', 'pathname', 'search', 'hash'),
      anyText,
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        const [ours, theirs] = [new URL('https://a.b/c?d=e#f'), new nodes.URL('https://a.b/c?d=e#f')]
        for (const [part, value] of steps) {
          for (const url of [ours, theirs]) (url as unknown as Record<string, string>)[part] = value
          expect(read(ours)).toEqual(read(theirs))
        }
      }),
    )
  })

  it('and its parameters follow each other', () => {
    const url = new URL('https://a.b/?x=1')
    url.searchParams.append('y', 'ü')
    expect(url.href).toBe('https://a.b/?x=1&y=%C3%BC')
    ;(url as unknown as { search: string }).search = '?z=2'
    expect(url.searchParams.toString()).toBe('z=2')
    expect(`${url}`).toBe(JSON.parse(JSON.stringify(url)))
  })

  it('takes parameter after parameter without being put together anew each time', () => {
    let edits = 0
    const Counted = createUrlClass({
      parseUrl,
      editUrl: (...args) => {
        edits++
        return editUrl(...args)
      },
    })
    const url = new Counted('https://a.b/')
    for (let n = 0; n < 500; n++) url.searchParams.append(`k${n}`, 'v')
    expect(url.href).toContain('k499=v')
    expect(edits).toBe(1)
  })
})

describe('Headers', () => {
  it('join, sort and refuse as Node’s do', () => {
    const name = fc.oneof(fc.constantFrom('a', 'A', 'Set-Cookie', 'x-y', 'b'), fc.string({ maxLength: 4 }))
    const pairs = fc.array(fc.tuple(name, fc.oneof(fc.constantFrom('1', ' 2\t', 'a,b'), anyText)), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(pairs, (list) => {
        const both = [Headers, nodes.Headers].map((Kind) =>
          attempt(() => [...(new Kind(list) as Iterable<[string, string]>)]),
        )
        expect(both[0]).toEqual(both[1])
      }),
      runs(300),
    )
  })
})

describe('structuredClone', () => {
  it('copies data as Node’s does', () => {
    const value = fc.anything({
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withBigInt: true,
      withSparseArray: true,
      withBoxedValues: true,
    })
    fc.assert(
      fc.property(value, (data) => {
        expect(structuredClone(data)).toEqual(nodes.structuredClone(data))
      }),
      runs(500),
    )
  })

  it('keeps circles and shared parts, and copies no functions', () => {
    const shared = { list: [1] }
    const circle: Record<string, unknown> = {
      a: shared,
      b: shared,
      map: new Map([[shared, new Set([shared])]]),
    }
    circle.self = circle
    const copy = structuredClone(circle)
    expect(copy.self).toBe(copy)
    expect(copy.a).toBe(copy.b)
    expect(copy.a).not.toBe(shared)
    expect(structuredClone(new RangeError('x')).name).toBe('RangeError')
    for (const refused of [() => 1, Symbol('x'), { deep: [() => 1] }, Promise.resolve(), new WeakMap()])
      expect(() => structuredClone(refused)).toThrow('cloned')
    expect(Object.getPrototypeOf(structuredClone(JSON.parse('{"__proto__": {"x": 1}}')))).toBe(
      Object.prototype,
    )
  })
})

describe('AbortController', () => {
  it('tells each listener once, with the reason', () => {
    const controller = new AbortController()
    const heard: unknown[] = []
    controller.signal.addEventListener('abort', ({ target }) => heard.push((target as AbortSignal).reason))
    controller.signal.onabort = () => heard.push('on')
    const joined = AbortSignal.any([new AbortController().signal, controller.signal])
    controller.abort('why')
    controller.abort('again')
    expect(heard).toEqual(['why', 'on'])
    expect([joined.aborted, joined.reason]).toEqual([true, 'why'])
    expect(() => controller.signal.throwIfAborted()).toThrow('why')
    expect(AbortSignal.abort().reason).toMatchObject({ name: 'AbortError' })
    expect(() => new AbortSignal()).toThrow('Illegal constructor')
  })

  it('tells a signal that follows it by several ways once', () => {
    const controller = new AbortController()
    let joined = controller.signal
    let heard = 0
    for (let n = 0; n < 12; n++) joined = AbortSignal.any([controller.signal, joined, joined])
    joined.addEventListener('abort', () => heard++)
    controller.abort()
    expect(heard).toBe(1)
  })
})

describe('log lines', () => {
  it('survive anything and stay within their bound', () => {
    fc.assert(
      fc.property(fc.array(fc.anything(), { maxLength: 4 }), (values) => {
        expect(formatValues(values, 100).length).toBeLessThanOrEqual(100)
      }),
    )
    const bomb = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no')
        },
      },
    )
    const thrower = {
      get x() {
        throw new Error('no')
      },
    }
    expect(formatValues([bomb, thrower, Object.create(null)], 1000)).toContain('can not be shown')
  })

  it.each([
    ['texts', () => 'text'],
    ['lists of nothing', () => []],
    ['dates', () => new Date(0)],
  ])('look at no more of a wide value than fits: of %s', (_what, leaf) => {
    let looks = 0
    const wide = (depth: number): unknown =>
      new Proxy(new Array(100).fill(null), {
        get(target, key) {
          if (typeof key !== 'string' || !/^\d+$/.test(key)) return Reflect.get(target, key)
          looks++
          return depth === 0 ? leaf() : wide(depth - 1)
        },
      })
    expect(formatValues([wide(3)], 4096).length).toBeLessThanOrEqual(4096)
    expect(looks).toBeLessThan(4096)
  })

  it('show lists and members in full where there is room, and say where there is more', () => {
    expect(formatValues([{ a: [1, 'two', { b: null }], c: new Set([1]) }, new Map([['k', [2]]])], 100)).toBe(
      '{a: [1, "two", {b: null}], c: Set {1}} Map {"k" => [2]}',
    )
    expect(formatValues([new Array(200).fill(1)], 4096)).toMatch(/^\[1, (1, ){99}…\]$/)
  })
})
