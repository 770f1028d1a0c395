import { parseId } from '@draupnir/ids'
import { decimal, money } from '@draupnir/money'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { HOST, OTHER_SELLER, PARTNER, SELLER } from '../recipe/golden.ts'
import { split } from './split.ts'

const lines = fc.array(
  fc.record({ sellerId: fc.constantFrom(SELLER, OTHER_SELLER), amount: fc.bigInt(0n, 10n ** 14n) }),
  {
    minLength: 1,
    maxLength: 20,
  },
)
const rate = fc.integer({ min: 0, max: 1_000_000 }).map((millionths) => `${(millionths / 1_000_000).toFixed(6)}`)

it('splits any lines at any rate into shares that sum to the whole, each line and each party', () => {
  fc.assert(
    fc.property(lines, rate, (given, rate) => {
      const total = given.reduce((sum, { amount }) => sum + amount, 0n)
      const asLines = given.map(({ sellerId, amount }, index) => ({
        lineId: parseId('invoiceLine', `inl_${String(index).padStart(26, '0')}`),
        sellerId,
        amount: money(amount, 'USD'),
      }))
      const done = split(money(total, 'USD'), asLines, decimal(rate))
      expect(done.shares.reduce((sum, { amount }) => sum + amount.amount, 0n)).toBe(total)
      const units = BigInt(rate.replace('.', ''))
      for (const { amount, fee, net } of done.lines) {
        expect(fee.amount + net.amount).toBe(amount.amount)
        // Within half a minor unit of the exact fee.
        const off = fee.amount * 2_000_000n - amount.amount * units * 2n
        expect(off < 0n ? -off : off).toBeLessThanOrEqual(1_000_000n)
      }
    }),
  )
})

/** Up to twenty shares of others that leave something to the platform and the seller. */
const others = fc.array(
  fc.record({
    kind: fc.constantFrom('partner' as const, 'referral' as const, 'host' as const),
    partyId: fc.constantFrom(PARTNER, HOST, SELLER),
    rate: fc.integer({ min: 0, max: 40_000 }).map((millionths) => decimal((millionths / 1_000_000).toFixed(6))),
  }),
  { maxLength: 20 },
)
const fee = fc.integer({ min: 0, max: 20 }).map((percent) => decimal((percent / 100).toFixed(2)))

it('splits among any others into shares that sum to the whole, each less than a cent from its rate', () => {
  fc.assert(
    fc.property(lines, fee, others, (given, fee, others) => {
      const total = given.reduce((sum, { amount }) => sum + amount, 0n)
      const asLines = given.map(({ sellerId, amount }, index) => ({
        lineId: parseId('invoiceLine', `inl_${String(index).padStart(26, '0')}`),
        sellerId,
        amount: money(amount, 'USD'),
      }))
      const done = split(money(total, 'USD'), asLines, fee, others)
      expect(done.shares.reduce((sum, { amount }) => sum + amount.amount, 0n)).toBe(total)
      for (const line of done.lines) {
        const parts = line.others.reduce((sum, { amount }) => sum + amount.amount, 0n)
        expect(line.net.amount + line.fee.amount + parts).toBe(line.amount.amount)
        line.others.forEach(({ amount }, index) => {
          const { units = 0n, scale = 0 } = others[index]?.rate ?? {}
          const off = amount.amount * 10n ** BigInt(scale) - line.amount.amount * units
          expect(off < 0n ? -off : off).toBeLessThan(10n ** BigInt(scale))
        })
      }
    }),
  )
})
