import { parseId } from '@draupnir/ids'
import { decimal, money } from '@draupnir/money'
import { expectRefusal } from '@draupnir/testing'
import { expect, it } from 'vitest'
import { OTHER_SELLER, SELLER } from '../recipe/golden.ts'
import { type SplitLine, split } from './split.ts'

const usd = (amount: bigint) => money(amount, 'USD')

function line(n: number, sellerId: SplitLine['sellerId'], amount: bigint): SplitLine {
  return { lineId: parseId('invoiceLine', `inl_${String(n).padStart(26, '0')}`), sellerId, amount: usd(amount) }
}

function sharesOf(total: bigint, lines: readonly SplitLine[], rate: string) {
  return split(usd(total), lines, decimal(rate)).shares.map((it) => [it.partyId ?? 'platform', it.amount.amount])
}

it('takes the fee by line and sums each seller to one share', () => {
  const lines = [line(1, SELLER, 10n), line(2, OTHER_SELLER, 33n), line(3, SELLER, 100n)]
  expect(sharesOf(143n, lines, '0.15')).toEqual([
    [SELLER, 94n],
    [OTHER_SELLER, 28n],
    ['platform', 21n],
  ])
})

it('gives a tied minor unit to the seller', () => {
  expect(sharesOf(1n, [line(1, SELLER, 1n)], '0.5')).toEqual([[SELLER, 1n]])
})

it('leaves out shares of nothing', () => {
  expect(sharesOf(100n, [line(1, SELLER, 100n), line(2, OTHER_SELLER, 0n)], '0')).toEqual([[SELLER, 100n]])
  expect(sharesOf(100n, [line(1, SELLER, 100n)], '1')).toEqual([['platform', 100n]])
})

it('refuses lines that do not sum to the total', () => {
  expectRefusal(() => split(usd(101n), [line(1, SELLER, 100n)], decimal('0.1')), 'ledger.invoice-unbalanced')
})

it('refuses a seller who would owe', () => {
  const lines = [line(1, SELLER, -50n), line(2, OTHER_SELLER, 150n)]
  expectRefusal(() => split(usd(100n), lines, decimal('0.1')), 'ledger.split-negative', { party_id: SELLER })
})
