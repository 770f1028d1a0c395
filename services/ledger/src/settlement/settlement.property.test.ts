import { parseId } from '@draupnir/ids'
import { decimal, money } from '@draupnir/money'
import { instant } from '@draupnir/time'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BUYER, OTHER_SELLER, SELLER } from '../recipe/golden.ts'
import { addPayment, openSettlement, openShares, partsOf, type Settlement, settled } from './settlement.ts'
import { split } from './split.ts'

const AT = instant('2026-01-01T00:00:00Z')
const SEASONINGS = new Map(
  [SELLER, OTHER_SELLER].map((party) => [
    party,
    { rail: 'ach' as const, tier: 'standard' as const, policyVersion: 1, dueAt: AT },
  ]),
)
const usd = (amount: bigint) => money(amount, 'USD')
const id = <K extends Parameters<typeof parseId>[0]>(kind: K, prefix: string, n: number) =>
  parseId(kind, `${prefix}_${String(n).padStart(26, '0')}`)

const sales = fc.array(
  fc.record({ sellerId: fc.constantFrom(SELLER, OTHER_SELLER), amount: fc.bigInt(1n, 10n ** 6n) }),
  { minLength: 1, maxLength: 8 },
)
const rate = fc.integer({ min: 0, max: 100 }).map((percent) => (percent / 100).toFixed(2))
/** Which part of what is open each payment pays, in thousandths; the last one pays the rest. */
const cuts = fc.array(fc.bigInt(0n, 1_000n), { maxLength: 6 })

function opened(given: readonly { sellerId: typeof SELLER; amount: bigint }[], fee: string): Settlement {
  const gross = usd(given.reduce((sum, { amount }) => sum + amount, 0n))
  const lines = given.map(({ sellerId, amount }, n) => ({
    lineId: id('invoiceLine', 'inl', n),
    sellerId,
    amount: usd(amount),
  }))
  return openSettlement({
    id: id('settlement', 'stl', 1),
    invoiceId: id('invoice', 'inv', 1),
    contractId: id('contract', 'ctr', 1),
    buyerId: BUYER,
    gross,
    split: split(gross, lines, decimal(fee)),
    openedAt: AT,
  })
}

function pay(settlement: Settlement, amount: bigint, n: number): Settlement {
  const parts = partsOf(settlement, usd(amount))
  return addPayment(settlement, {
    collectionId: id('collection', 'col', n),
    amount: usd(amount),
    transactionId: id('transaction', 'txn', n),
    settledAt: AT,
    seasonings: SEASONINGS,
    parts,
    legIds: parts.map((_, index) => id('settlementLeg', 'leg', n * 100 + index)),
  })
}

it('gives each party exactly its share, however the invoice is paid, and never more than is open', () => {
  fc.assert(
    fc.property(sales, rate, cuts, (given, fee, cuts) => {
      let settlement = opened(given, fee)
      const amounts = [...cuts, 1_000n]
      for (const [n, cut] of amounts.entries()) {
        const open = settlement.gross.amount - settled(settlement).amount
        const amount = (open * cut) / 1_000n
        if (amount === 0n) continue
        const before = openShares(settlement)
        settlement = pay(settlement, amount, n)
        const legs = settlement.legs.filter((leg) => leg.collectionId === settlement.payments.at(-1)?.collectionId)
        expect(legs.reduce((sum, leg) => sum + leg.amount.amount, 0n)).toBe(amount)
        for (const [share, after] of openShares(settlement).entries()) {
          expect(after.amount >= 0n && after.amount <= (before[share]?.amount ?? 0n)).toBe(true)
        }
      }
      expect(openShares(settlement).every((it) => it.amount === 0n)).toBe(true)
      for (const [index, share] of settlement.shares.entries()) {
        const legs = settlement.legs.filter((leg) => leg.share === index)
        expect(legs.reduce((sum, leg) => sum + leg.amount.amount, 0n)).toBe(share.amount.amount)
      }
    }),
  )
})
