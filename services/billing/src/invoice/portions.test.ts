import { expectRefusal, nextId } from '@draupnir/testing'
import { addMs, type Period } from '@draupnir/time'
import { describe, expect, it } from 'vitest'
import { contractOf, days, lineOf, ratedOf, T0 } from '../service.fixture.ts'
import { portionsOf } from './portions.ts'
import type { RatedInvoice, RatedLine } from './rated-invoice.ts'

const [first, second, third] = [nextId('party'), nextId('party'), nextId('party')]
const [fee, usage] = [lineOf(), lineOf()]
const contract = contractOf({ buyer_id: second, lines: [fee, usage] })
const month = { from: T0, to: days(30) }
const terms = {
  contract,
  sellers: {},
  buyers: [
    { from: T0, buyer_id: first },
    { from: days(10), buyer_id: second },
  ],
}
const lineFor = (amount: number, period: Period, over: Partial<RatedLine> = {}): RatedLine => ({
  contractLineId: fee.id,
  description: 'Support',
  quantity: '1',
  amount: { amount: BigInt(amount), currency: 'USD' },
  period,
  buyerId: null,
  recurring: true,
  ...over,
})
const invoiceOf = (lines: readonly RatedLine[], over: Partial<RatedInvoice> = {}): RatedInvoice => {
  const total = { amount: lines.reduce((sum, { amount }) => sum + amount.amount, 0n), currency: 'USD' as const }
  return ratedOf(contract, [], { period: month, lines, total, ...over })
}
const told = (rated: RatedInvoice, of = terms) =>
  portionsOf(rated, of).map(({ buyerId, period, lines }) => [
    buyerId,
    period,
    lines.map((line) => [Number(line.amount.amount), line.period]),
  ])

describe('an invoice of a period with a transfer', () => {
  const [before, after] = [
    { from: T0, to: days(10) },
    { from: days(10), to: days(30) },
  ]

  it('is shared by where its lines begin', () => {
    const rated = invoiceOf([
      lineFor(1000, before),
      lineFor(7, before, { recurring: false }),
      lineFor(2000, after),
      lineFor(5, after, { recurring: false }),
    ])
    expect(told(rated)).toEqual([
      [
        first,
        before,
        [
          [1000, before],
          [7, before],
        ],
      ],
      [
        second,
        after,
        [
          [2000, after],
          [5, after],
        ],
      ],
    ])
  })

  it('shares a recurring fee that runs over it by the time, to the last cent', () => {
    // 100.01 over 30 days: 33.3366… and 66.6733…; the odd cent goes to the larger remainder.
    expect(told(invoiceOf([lineFor(10_001, month)]))).toEqual([
      [first, before, [[3334, before]]],
      [second, after, [[6667, after]]],
    ])
  })

  it('leaves usage and a one-time fee that run over it with whoever had the contract as they began', () => {
    const rated = invoiceOf([lineFor(900, month, { recurring: false })])
    expect(told(rated)).toEqual([[first, before, [[900, month]]]])
  })

  it('gives who bought twice one invoice for all of it', () => {
    const again = { ...terms, buyers: [...terms.buyers, { from: days(20), buyer_id: first }] }
    expect(told(invoiceOf([lineFor(3000, month)]), again)).toEqual([
      [
        first,
        month,
        [
          [1000, before],
          [1000, { from: days(20), to: days(30) }],
        ],
      ],
      [second, { from: days(10), to: days(20) }, [[1000, { from: days(10), to: days(20) }]]],
    ])
  })

  it('is one invoice when all of it is of one buyer', () => {
    expect(
      told(invoiceOf([lineFor(10, { from: days(30), to: days(31) })], { period: { from: days(30), to: days(60) } })),
    ).toEqual([[second, { from: days(30), to: days(60) }, [[10, { from: days(30), to: days(31) }]]]])
  })
})

it('an invoice without lines is of whoever had its period last', () => {
  expect(told(invoiceOf([]))).toEqual([[second, { from: days(10), to: days(30) }, []]])
})

it('stops at lines that do not sum to the total', () => {
  const off = invoiceOf([lineFor(1000, month)], { total: { amount: 1001n, currency: 'USD' } })
  expect(() => portionsOf(off, terms)).toThrow(/do not sum/)
})

it('refuses a buyer that it has not heard of', () => {
  const named = (buyerId: typeof third) =>
    invoiceOf([lineFor(1, { from: days(12), to: addMs(days(12), 1) }, { buyerId })])
  expectRefusal(() => portionsOf(named(third), terms), 'billing.buyer-unknown')
  for (const known of [first, second]) expect(portionsOf(named(known), terms)).toHaveLength(1)
})
