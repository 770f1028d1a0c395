import { parseId } from '@draupnir/ids'
import { decimal, money } from '@draupnir/money'
import { expectRefusal } from '@draupnir/testing'
import { expect, it } from 'vitest'
import { HOST, OTHER_SELLER, PARTNER, SELLER } from '../recipe/golden.ts'
import { type SplitLine, type SplitRate, split } from './split.ts'

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

const rate = (kind: SplitRate['kind'], partyId: SplitRate['partyId'], of: string): SplitRate => ({
  kind,
  partyId,
  rate: decimal(of),
})

it('gives others their part of each line, and sums it to one share for each party and role', () => {
  const lines = [line(1, SELLER, 1_000n), line(2, OTHER_SELLER, 500n)]
  const rates = [rate('partner', PARTNER, '0.05'), rate('host', HOST, '0.125'), rate('referral', PARTNER, '0.01')]
  const done = split(usd(1_500n), lines, decimal('0.1'), rates)
  expect(done.shares.map((it) => [it.kind, it.partyId, it.amount.amount])).toEqual([
    ['seller_net', SELLER, 715n],
    ['seller_net', OTHER_SELLER, 358n],
    ['partner', PARTNER, 75n],
    ['host', HOST, 187n],
    ['referral', PARTNER, 15n],
    ['platform_fee', null, 150n],
  ])
  // 500 × 0.715 is 357.5 and 500 × 0.125 is 62.5: the tied cent is the seller's.
  expect(done.lines[1]).toMatchObject({ net: usd(358n), fee: usd(50n), others: [{}, { amount: usd(62n) }, {}] })
})

it('keeps a party apart in each of its roles, also when it sells', () => {
  const rates = [rate('partner', SELLER, '0.5')]
  expect(split(usd(100n), [line(1, SELLER, 100n)], decimal('0'), rates).shares).toMatchObject([
    { kind: 'seller_net', partyId: SELLER, amount: usd(50n) },
    { kind: 'partner', partyId: SELLER, amount: usd(50n) },
  ])
})

it('refuses rates of more than the whole', () => {
  const rates = [rate('partner', PARTNER, '0.95')]
  expectRefusal(() => split(usd(100n), [line(1, SELLER, 100n)], decimal('0.1'), rates), 'ledger.split-negative')
})
