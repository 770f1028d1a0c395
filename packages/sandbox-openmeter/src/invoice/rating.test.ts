import { decimal } from '@draupnir/money'
import { expect, test } from 'vitest'
import type { Discounts, Price } from '../subscription/rate-card.ts'
import { rate } from './rating.ts'

function priced(price: Price, quantity: string, discounts: Discounts = {}, currency = 'USD') {
  const { details, totals } = rate('gpu', price, decimal(quantity), discounts, currency)
  return {
    total: totals.total,
    details: details.map((one) => [one.name, one.perUnitAmount, one.quantity, one.totals.total]),
    totals,
  }
}

const unit = (amount: string, more: object = {}): Price => ({ type: 'unit', amount, ...more })

test('rounds half away from zero, line by line, to the minor unit of the currency', () => {
  expect(priced(unit('0.005'), '1').total).toBe('0.01')
  expect(priced(unit('0.0149'), '1').total).toBe('0.01')
  expect(priced(unit('0.5'), '1', {}, 'JPY').total).toBe('1')
  expect(priced(unit('2.10'), '1.5').total).toBe('3.15')
})

test('no usage: no detailed line, total zero', () => {
  expect(priced(unit('2'), '0')).toMatchObject({ total: '0', details: [] })
  expect(priced(unit('2'), '-3')).toMatchObject({ total: '0', details: [] })
})

test('usage discount, then price, then percentage', () => {
  const { total, totals } = priced(unit('2'), '110', { usage: { quantity: '10' }, percentage: { percentage: 12.5 } })
  expect([totals.amount, totals.discountsTotal, total]).toEqual(['200', '25', '175'])
})

test('maximum spend is a discount, minimum spend a charge of its own', () => {
  expect(priced(unit('2', { maximumAmount: '150' }), '100')).toMatchObject({
    total: '150',
    totals: { amount: '200', discountsTotal: '50', chargesTotal: '0' },
  })
  expect(priced(unit('2', { minimumAmount: '50' }), '10')).toMatchObject({
    total: '50',
    totals: { amount: '20', chargesTotal: '30' },
    details: [
      ['gpu: usage in period', '2', '10', '20'],
      ['gpu: minimum spend', '30', '1', '30'],
    ],
  })
})

const TIERS = [
  { upToAmount: '10', flatPrice: { amount: '5' }, unitPrice: { amount: '2' } },
  { upToAmount: '20', flatPrice: null, unitPrice: { amount: '1' } },
  { flatPrice: { amount: '7' }, unitPrice: { amount: '0.5' } },
]

test.each([
  ['0', '5'],
  ['10', '25'],
  ['15', '30'],
  ['30', '47'],
])('graduated tiers: %s units cost %s', (quantity, total) => {
  expect(priced({ type: 'tiered', mode: 'graduated', tiers: TIERS }, quantity).total).toBe(total)
})

test.each([
  ['10', '25'],
  ['15', '15'],
  ['30', '22'],
])('volume tiers: %s units cost %s', (quantity, total) => {
  expect(priced({ type: 'tiered', mode: 'volume', tiers: TIERS }, quantity).total).toBe(total)
})

test('packages are billed whole, dynamic prices by the value used', () => {
  expect(priced({ type: 'package', amount: '3', quantityPerPackage: '10' }, '10.1').total).toBe('6')
  expect(priced({ type: 'dynamic', multiplier: '1.1' }, '10').total).toBe('11')
})
