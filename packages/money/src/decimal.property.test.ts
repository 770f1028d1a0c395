import { Refusal } from '@draupnir/errors'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimal,
  formatDecimal,
  multiplyDecimals,
  negateDecimal,
  ratio,
  toInteger,
} from './index.ts'

const canonical = fc
  .tuple(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.integer({ min: 0, max: 12 }))
  .map(([units, scale]) => formatDecimal({ units, scale }))
const value = canonical.map(decimal)
const equal = (a: Decimal, b: Decimal) => expect(formatDecimal(a)).toBe(formatDecimal(b))

it('reads what it writes and writes what it reads', () => {
  fc.assert(
    fc.property(canonical, (text) => {
      expect(formatDecimal(decimal(text))).toBe(text)
      expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/)
    }),
  )
})

it('writes each number in one way', () => {
  fc.assert(
    fc.property(value, fc.integer({ min: 0, max: 6 }), ({ units, scale }, zeros) => {
      equal({ units: units * 10n ** BigInt(zeros), scale: scale + zeros }, { units, scale })
    }),
  )
  expect(formatDecimal({ units: 0n, scale: 5 })).toBe('0')
  expect(formatDecimal(decimal('-0.0'))).toBe('0')
})

it('adds and multiplies exactly', () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      equal(addDecimals(a, b), addDecimals(b, a))
      equal(addDecimals(addDecimals(a, b), negateDecimal(b)), a)
      equal(multiplyDecimals(a, addDecimals(b, c)), addDecimals(multiplyDecimals(a, b), multiplyDecimals(a, c)))
    }),
  )
})

it('orders as the numbers do', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      const scale = 12n
      const wide = (x: Decimal) => x.units * 10n ** (scale - BigInt(x.scale))
      expect(compareDecimals(a, b)).toBe(wide(a) < wide(b) ? -1 : wide(a) > wide(b) ? 1 : 0)
    }),
  )
})

it('keeps a whole number whole, and a ratio within half a unit of its scale', () => {
  fc.assert(
    fc.property(fc.bigInt(), (n) => {
      expect(toInteger({ units: n, scale: 0 }, 'up')).toBe(n)
    }),
  )
  const positive = fc.bigInt({ min: 1n, max: 10n ** 12n })
  fc.assert(
    fc.property(positive, positive, fc.integer({ min: 0, max: 12 }), (n, d, scale) => {
      const found = ratio(n, d, scale, 'half_even')
      const units = found.units * 10n ** BigInt(scale - found.scale)
      const off = 2n * (units * d - n * 10n ** BigInt(scale))
      expect(off <= d && off >= -d).toBe(true)
    }),
  )
})

it.each([
  '',
  '.',
  '1.',
  '.5',
  '01',
  '+1',
  '1e3',
  ' 1',
  '1 ',
  '1,5',
  'NaN',
  '0x10',
  '--1',
  '1.0000000000001',
  '9'.repeat(40),
  '１',
])('refuses %j', (text) => {
  expect(() => decimal(text)).toThrow(Refusal)
})
