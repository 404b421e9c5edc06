import { BlockList, isIPv6 } from 'node:net'
import { expect, test } from 'vitest'
import { fc, runs } from '../../../build/properties.ts'
import { isPublicAddress } from '../../capabilities/network/public-address.ts'
import { CLOSED_RANGES } from './closed-ranges.ts'

const list = new BlockList()
for (const range of CLOSED_RANGES) {
  const [address = '', bits] = range.split('/')
  const kind = isIPv6(address) ? 'ipv6' : 'ipv4'
  if (bits === undefined) list.addAddress(address, kind)
  else list.addSubnet(address, Number(bits), kind)
}
const isClosed = (address: string) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
/** Below 100:: nothing is given out but forms that carry IPv4, and this computer: those the runtime judges by what they carry. */
const isCarrier = (address: string) => /^[0-9a-f]{1,2}:/.test(address)

const part = fc.integer({ min: 0, max: 255 })
const v4 = fc.tuple(part, part, part, part).map((parts) => parts.join('.'))
const group = fc.integer({ min: 0, max: 0xffff }).map((number) => number.toString(16))
const first = fc.oneof(
  group,
  fc.constantFrom('2001', '2002', '2620', '3fff', '64', '100', 'fc00', 'fe80', 'fec0', 'ff02', '3ffe'),
)
const second = fc.oneof(group, fc.constantFrom('0', '1', '1ff', '200', 'db8', '4f', 'ff9b'))
const v6 = fc
  .tuple(
    first,
    second,
    fc.oneof(group, fc.constantFrom('1', '8000')),
    fc.array(group, { minLength: 5, maxLength: 5 }),
  )
  .map(([one, two, three, rest]) => [one, two, three, ...rest].join(':'))

test('a program reaches by name what a tool reaches by name, and nothing else', () => {
  fc.assert(
    fc.property(fc.oneof(v4, v6), (address) => {
      if (isCarrier(address)) return
      expect(isClosed(address), address).toBe(!isPublicAddress(address))
    }),
    runs(5_000),
  )
})

test.each(
  '0.0.0.0 10.0.0.1 100.64.0.1 127.9.9.9 168.63.129.16 169.254.169.254 172.31.255.255 192.0.0.192 192.0.2.1 192.168.0.1 198.18.0.1 203.0.113.1 224.0.0.1 255.255.255.255 64:ff9b:1::1 2002:7f00:1:: 2001::1 2001:db8::1 3fff::1 100::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 4000::1'.split(
    ' ',
  ),
)('%s is closed', (address) => {
  expect(isClosed(address)).toBe(true)
})
