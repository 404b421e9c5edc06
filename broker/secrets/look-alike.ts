/**
 * Characters that are an ASCII sign in other dress: full width, mathematical and circled letters, and the tags that
 * nobody sees. A model that is told to writes so, and who reads it has the sign back (Unicode's NFKC). Pure.
 */
const RANGES = [
  [0xaa, 0x2b8],
  [0x1d2c, 0x1dbf],
  [0x2070, 0x209c],
  [0x2100, 0x214f],
  [0x2460, 0x24ff],
  [0xfe50, 0xfe6b],
  [0xff01, 0xff5e],
  [0x1d400, 0x1d7ff],
  [0x1f130, 0x1f149],
] as const
/** Tags stand at this distance behind what they stand for. */
const TAGS = 0xe0000

const signs = new Map<number, number>()
const dresses = new Map<number, number[]>()
const firstUnits = new Set<number>()
for (const [from, to] of RANGES)
  for (let code = from; code <= to; code++) {
    const plain = String.fromCodePoint(code).normalize('NFKC')
    if (/^[!-~]$/.test(plain)) add(code, plain.charCodeAt(0))
  }
for (let sign = 0x21; sign < 0x7f; sign++) add(TAGS + sign, sign)

function add(code: number, sign: number): void {
  signs.set(code, sign)
  firstUnits.add(String.fromCodePoint(code).charCodeAt(0))
  dresses.set(sign, [...(dresses.get(sign) ?? []), code])
}

/** The ASCII sign that a character beyond ASCII stands for, or the character itself. */
export const undress = (code: number): number => signs.get(code) ?? code
/** In what other dress an ASCII sign is met. */
export const dressesOf = (sign: number): readonly number[] => dresses.get(sign) ?? []
/** Whether 16 bits are such a character, or the first half of one. */
export const wearsDress = (unit: number): boolean => firstUnits.has(unit)
