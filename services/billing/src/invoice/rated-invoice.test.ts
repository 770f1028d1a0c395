import { nextId } from '@draupnir/testing'
import { expect, it } from 'vitest'
import { type OpenMeterInvoice, ratedInvoice } from './rated-invoice.ts'

const line = nextId('contractLine')
const from = new Date('2026-01-01T00:00:00Z')
const to = new Date('2026-02-01T00:00:00Z')
const flat = { name: 'Support', description: `line:${line}`, period: { from, to }, totals: { total: '700.00' } }
const given = (over: Partial<OpenMeterInvoice> = {}): OpenMeterInvoice => ({
  id: 'om_1',
  currency: 'USD',
  customer: { key: 'ctr_1' },
  statusDetails: { extendedStatus: 'payment_processing.pending' },
  period: { from, to },
  totals: { total: '700.00' },
  updatedAt: to,
  lines: [flat],
  ...over,
})
const feature = (more: object) => given({ lines: [{ ...flat, description: 'by hand', quantity: '12.5', ...more }] })

it('reads cents, periods and the contract line', () => {
  expect(ratedInvoice(given())).toEqual({
    id: 'om_1',
    customerKey: 'ctr_1',
    status: 'payment_processing.pending',
    period: { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' },
    total: { amount: 70_000n, currency: 'USD' },
    updatedAt: '2026-02-01T00:00:00.000Z',
    lines: [
      {
        contractLineId: line,
        description: 'Support',
        quantity: '1',
        amount: { amount: 70_000n, currency: 'USD' },
        period: { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' },
        buyerId: null,
        recurring: false,
      },
    ],
  })
})

it('knows a line by its feature too, in either place', () => {
  for (const more of [{ featureKey: `u_${line}` }, { rateCard: { featureKey: `u_${line}` } }])
    expect(ratedInvoice(feature(more)).lines).toMatchObject([{ contractLineId: line, quantity: '12.5' }])
})

it('reads who bought as a line began', () => {
  const buyer = nextId('party')
  expect(ratedInvoice(feature({ description: `line:${line} buyer:${buyer}` })).lines).toMatchObject([
    { contractLineId: line, buyerId: buyer },
  ])
})

it('knows a recurring fee, which is billed in arrears, from a one-time fee and from usage', () => {
  const priced = (price: object) => feature({ featureKey: `u_${line}`, rateCard: { price } })
  const prices = [
    { type: 'flat', paymentTerm: 'in_arrears' },
    { type: 'flat', paymentTerm: 'in_advance' },
    { type: 'unit', amount: '2' },
  ]
  expect(prices.map((price) => ratedInvoice(priced(price)).lines[0]?.recurring)).toEqual([true, false, false])
})

it('stops at a line that names no contract line', () => {
  expect(() => ratedInvoice(feature({}))).toThrow(/names no contract line/)
})

it('takes the period of the first line when OpenMeter gives none, and stops without any', () => {
  const { period, ...open } = given()
  expect(ratedInvoice(open).period.to).toBe(period?.to.toISOString())
  expect(() => ratedInvoice({ ...open, lines: [] })).toThrow(/neither a period nor lines/)
})

it('has no customer key when OpenMeter has none', () => {
  expect(ratedInvoice(given({ customer: {} })).customerKey).toBe('')
})
