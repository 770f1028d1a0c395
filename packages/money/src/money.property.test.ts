import { Refusal } from '@draupnir/errors'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  add,
  CURRENCIES,
  type Currency,
  compare,
  currency,
  decimal,
  exponent,
  formatMoney,
  fromMajor,
  fromWire,
  isCurrency,
  MAX_AMOUNT,
  money,
  multiply,
  negate,
  subtract,
  sum,
  toMajor,
  toWire,
  zero,
} from './index.ts'

const currencies = fc.constantFrom(...Object.keys(CURRENCIES).filter(isCurrency))
const amount = fc.bigInt({ min: -MAX_AMOUNT / 4n, max: MAX_AMOUNT / 4n })
const value = fc.tuple(amount, currencies).map(([units, code]) => money(units, code))
const usd = amount.map((units) => money(units, 'USD'))

it('survives the wire and the major unit unchanged', () => {
  fc.assert(
    fc.property(value, (its) => {
      expect(fromWire(toWire(its))).toEqual(its)
      expect(fromMajor(decimal(toMajor(its)), its.currency, 'down')).toEqual(its)
    }),
  )
})

it('adds like integers do', () => {
  fc.assert(
    fc.property(usd, usd, usd, (a, b, c) => {
      expect(add(a, add(b, c))).toEqual(sum([a, b, c], 'USD'))
      expect(subtract(add(a, b), b)).toEqual(a)
      expect(add(a, negate(a))).toEqual(zero('USD'))
      expect(compare(a, b)).toBe(-compare(b, a) + 0)
    }),
  )
})

it('never mixes currencies', () => {
  for (const operation of [add, subtract, compare])
    expect(() => operation(money(1n, 'USD'), money(1n, 'EUR'))).toThrow(new Refusal('money.currency-mismatch').message)
  expect(() => sum([money(1n, 'EUR')], 'USD')).toThrow(Refusal)
})

it('stays within what Postgres and partners can hold', () => {
  expect(() => money(MAX_AMOUNT + 1n, 'USD')).toThrow(Refusal)
  expect(() => add(money(MAX_AMOUNT, 'USD'), money(1n, 'USD'))).toThrow(Refusal)
  expect(() => multiply(money(-MAX_AMOUNT, 'USD'), decimal('1.1'), 'down')).toThrow(Refusal)
})

it('rounds a product once, by the named mode', () => {
  expect(multiply(money(5n, 'USD'), decimal('0.5'), 'half_even').amount).toBe(2n)
  expect(multiply(money(5n, 'USD'), decimal('0.5'), 'half_away_from_zero').amount).toBe(3n)
  expect(multiply(money(-5n, 'USD'), decimal('0.5'), 'floor').amount).toBe(-3n)
  fc.assert(
    fc.property(value, (its) => {
      expect(multiply(its, decimal('1'), 'up')).toEqual(its)
    }),
  )
})

it.each<[bigint, Currency, string]>([
  [125_000n, 'USD', '1,250.00 USD'],
  [-5n, 'USD', '-0.05 USD'],
  [1_234_567n, 'JPY', '1,234,567 JPY'],
  [1_000_000n, 'USDC', '1.000000 USDC'],
  [123_456_789n, 'BHD', '123,456.789 BHD'],
])('writes %s %s for people as %s', (units, code, text) => {
  expect(formatMoney(money(units, code))).toBe(text)
})

it.each(['', '-', '1.0', '01', '+1', '1e2', ' 1', '9'.repeat(25), '0x1'])('refuses %j on the wire', (text) => {
  expect(() => fromWire({ amount: text, currency: 'USD' })).toThrow(Refusal)
})

it('knows only the currencies of the table', () => {
  expect(currency('USDC')).toBe('USDC')
  expect(exponent('JPY')).toBe(0)
  for (const text of ['usd', 'XXX', 'constructor', '__proto__', '']) expect(() => currency(text)).toThrow(Refusal)
})
