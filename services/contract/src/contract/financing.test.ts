import fc from 'fast-check'
import { expect, it } from 'vitest'
import { day } from './book.fixture.ts'
import { schedule } from './financing.ts'

const LATER = day('2026-01-10')
const usd = (amount: string) => ({ amount, currency: 'USD' as const })
const plan = { principal: usd('100000'), down_payment: usd('10000'), apr: '0.06', installments: 2, first_due_at: LATER }

it('1000.00, 100.00 down, 6 %: 450.00 twice, with 900.00 x 0.5 % = 4.50 and 450.00 x 0.5 % = 2.25', () => {
  expect(schedule(plan, 'UTC').installments).toEqual([
    { due_at: LATER, principal: usd('45000'), interest: usd('450') },
    { due_at: day('2026-02-10'), principal: usd('45000'), interest: usd('225') },
  ])
})

it('parts and down payment are the principal, and interest is what each month owes, of any plan', () => {
  const cents = fc.bigInt({ min: 0n, max: 10n ** 10n })
  fc.assert(
    fc.property(
      cents,
      cents,
      fc.integer({ min: 0, max: 9999 }),
      fc.integer({ min: 1, max: 120 }),
      (a, b, rate, count) => {
        const [down, total] = [a, a + b + 1n]
        const apr = `0.${String(rate).padStart(4, '0')}`
        const asked = { principal: usd(String(total)), down_payment: usd(String(down)), apr, installments: count }
        const { installments } = schedule({ ...asked, first_due_at: LATER }, 'UTC')
        expect(installments).toHaveLength(count)
        let owed = total - down
        for (const { principal, interest } of installments) {
          const exact = owed * BigInt(rate)
          const off = BigInt(interest.amount) * 120_000n - exact
          expect(off <= 60_000n && off > -60_000n).toBe(true)
          owed -= BigInt(principal.amount)
        }
        expect(owed).toBe(0n)
        const parts = installments.map(({ principal }) => BigInt(principal.amount))
        expect(Math.abs(Number((parts[0] ?? 0n) - (parts.at(-1) ?? 0n)))).toBeLessThanOrEqual(1)
      },
    ),
    { numRuns: 2000 },
  )
})

it('100.00 in three: 33.34, 33.33, 33.33, on the last days of months', () => {
  const three = {
    ...plan,
    principal: usd('10000'),
    down_payment: usd('0'),
    apr: '0',
    installments: 3,
    first_due_at: day('2026-01-31'),
  }
  const { installments } = schedule(three, 'UTC')
  expect(installments.map(({ principal }) => principal.amount)).toEqual(['3334', '3333', '3333'])
  expect(installments.map(({ due_at }) => due_at)).toEqual(['2026-01-31', '2026-02-28', '2026-03-31'].map(day))
})
