import { parseId } from '@draupnir/ids'
import { money } from '@draupnir/money'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { freeOf, takeEarnings } from './cash-out.ts'

const settlementId = parseId('settlement', `stl_${'0'.repeat(26)}`)
const earnings = fc.array(fc.bigInt(1n, 10n ** 12n), { maxLength: 30 }).map((amounts) =>
  amounts.map((amount, index) => ({
    settlementId,
    legId: parseId('settlementLeg', `leg_${String(index).padStart(26, '0')}`),
    amount: money(amount, 'USD'),
  })),
)
const amounts = fc.bigInt(0n, 10n ** 13n)
const total = (list: readonly { amount: { amount: bigint } }[]) => list.reduce((sum, it) => sum + it.amount.amount, 0n)

it('takes exactly the amount, or all that was earned, oldest first and only the last in part', () => {
  fc.assert(
    fc.property(earnings, amounts, (given, amount) => {
      const taken = takeEarnings(given, money(amount, 'USD'))
      const earned = total(given)
      expect(total(taken)).toBe(amount < earned ? amount : earned)
      taken.forEach((leg, index) => {
        const source = given[index]
        expect(leg.legId).toBe(source?.legId)
        if (index < taken.length - 1) expect(leg.amount).toEqual(source?.amount)
        expect(leg.amount.amount).toBeGreaterThan(0n)
      })
    }),
  )
})

it('frees what is available, less what is promised and owed, and never less than nothing', () => {
  fc.assert(
    fc.property(amounts, amounts, amounts, (available, promised, owed) => {
      const usd = (amount: bigint) => money(amount, 'USD')
      const free = freeOf({ available: usd(available), promised: usd(promised), owed: usd(owed) }).amount
      expect(free).toBe(available > promised + owed ? available - promised - owed : 0n)
    }),
  )
})
