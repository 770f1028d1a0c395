import { money } from '@draupnir/money'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BUYER, OTHER_SELLER, SELLER } from './golden.ts'
import { payInReturn } from './pay-in-return.recipe.ts'
import { type Source, takeBack } from './recourse.ts'

const usd = (amount: bigint) => money(amount, 'USD')
const source = (from: Source['from'], partyId: Source['partyId'], amount: bigint): Source => ({
  from,
  partyId,
  available: usd(amount),
})

it('takes what is nearest first, and what nobody has is owed by the payer', () => {
  const taken = takeBack(usd(100n), BUYER, [
    source('released', SELLER, 30n),
    source('holding', SELLER, 20n),
    source('holding', OTHER_SELLER, 10n),
    source('available', BUYER, 5n),
  ])
  expect(taken.map((it) => [it.from, it.partyId, it.amount.amount])).toEqual([
    ['available', BUYER, 5n],
    ['holding', SELLER, 20n],
    ['holding', OTHER_SELLER, 10n],
    ['released', SELLER, 30n],
    ['receivable', BUYER, 35n],
  ])
})

it('takes exactly the amount, no more than each has, and in the order that the recipe asks for', () => {
  const nearby = fc.constantFrom<Source['from']>(
    'available',
    'committed',
    'committed_downpayment',
    'holding',
    'released',
  )
  const sources = fc.array(
    fc
      .tuple(nearby, fc.constantFrom(BUYER, SELLER), fc.bigInt(0n, 50n))
      .map(([from, party, amount]) => source(from, party, amount)),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(fc.bigInt(1n, 200n), sources, (amount, sources) => {
      const taken = takeBack(usd(amount), BUYER, sources)
      expect(taken.reduce((sum, it) => sum + it.amount.amount, 0n)).toBe(amount)
      const held = sources.reduce((sum, it) => sum + it.available.amount, 0n)
      const owed = taken.filter((it) => it.from === 'receivable').reduce((sum, it) => sum + it.amount.amount, 0n)
      expect(owed).toBe(amount > held ? amount - held : 0n)
      const input = taken.map((it) => ({
        from: it.from,
        party_id: it.partyId,
        amount: { amount: `${it.amount.amount}`, currency: 'USD' as const },
      }))
      expect(payInReturn.post({ rail: 'ach', taken: input })).toHaveLength(taken.length)
    }),
  )
})

it('refuses another order', () => {
  const one = (from: 'available' | 'holding') => ({
    from,
    party_id: BUYER,
    amount: { amount: '1', currency: 'USD' as const },
  })
  expect(payInReturn.read({ rail: 'ach', taken: [one('holding'), one('available')] }).success).toBe(false)
})
