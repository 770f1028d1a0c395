import { nextId } from '@draupnir/testing'
import { addMs, MINUTE_MS } from '@draupnir/time'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contractOf, ratedOf, T0 } from '../service.fixture.ts'
import { portionsOf } from './portions.ts'

const MONTH = 31 * 24 * 60
const parties = [nextId('party'), nextId('party'), nextId('party')]
const at = (minutes: number) => addMs(T0, minutes * MINUTE_MS)
const minute = fc.integer({ min: 0, max: MONTH })
const line = fc.record({ edges: fc.tuple(minute, minute), amount: fc.bigInt(0n, 10n ** 9n), recurring: fc.boolean() })
const buyer = fc.record({ minute, party: fc.integer({ min: 0, max: 2 }) })

it('the portions sum to the invoice, none is negative, and nobody pays for time after or before theirs', () => {
  const contract = contractOf()
  const [id = nextId('contractLine')] = contract.lines.map((one) => one.id)
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.array(buyer, { minLength: 1, maxLength: 5 }), (given, bought) => {
      const buyers = bought
        .sort((a, b) => a.minute - b.minute)
        .map(({ minute, party }) => ({ from: at(minute), buyer_id: parties[party] ?? contract.buyer_id }))
      const lines = given.map(({ edges, amount, recurring }) => {
        const [from = 0, to = 0] = [...edges].sort((a, b) => a - b)
        const money = { amount, currency: 'USD' as const }
        const period = { from: at(from), to: at(to) }
        return { contractLineId: id, description: '', quantity: '1', amount: money, period, buyerId: null, recurring }
      })
      const amount = lines.reduce((sum, one) => sum + one.amount.amount, 0n)
      const rated = ratedOf(contract, [], {
        lines,
        total: { amount, currency: 'USD' },
        period: { from: T0, to: at(MONTH) },
      })
      const portions = portionsOf(rated, { contract, buyers, sellers: {} })
      const owed = portions.flatMap((portion) => portion.lines)
      expect(owed.reduce((sum, one) => sum + one.amount.amount, 0n)).toBe(amount)
      expect(owed.every((one) => one.amount.amount >= 0n)).toBe(true)
      expect(new Set(portions.map(({ buyerId }) => buyerId)).size).toBe(portions.length)
      for (const { buyerId, lines: own } of portions)
        for (const { period } of own) {
          const had = buyers.findLast(({ from }) => from <= period.from) ?? buyers[0]
          expect(had?.buyer_id).toBe(buyerId)
        }
    }),
    { numRuns: 2000 },
  )
})
