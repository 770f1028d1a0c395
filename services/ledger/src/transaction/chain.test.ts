import { parseId } from '@draupnir/ids'
import { money } from '@draupnir/money'
import { instant } from '@draupnir/time'
import { expect, it } from 'vitest'
import { account } from '../account/account.ts'
import { BUYER } from '../recipe/golden.ts'
import { genesis, nextLink } from './chain.ts'
import type { Transaction } from './transaction.ts'

const AT = instant('2026-01-01T00:00:00Z')

function booked(n: number): Transaction {
  return {
    id: parseId('transaction', `txn_${String(n).padStart(26, '0')}`),
    recipe: 'pay_in.clear',
    cause: `evt-${n}`,
    reference: `pin-${n}`,
    undoes: null,
    bookedAs: 'posted',
    state: 'posted',
    actor: 'key_test',
    effectiveAt: AT,
    bookedAt: AT,
    expiresAt: null,
    resolvedBy: null,
    resolvedAt: null,
    postings: [
      { debit: account.cash('ach', 'USD'), credit: account.available(BUYER, 'USD'), amount: money(5n, 'USD') },
    ],
  }
}

const first = nextLink(genesis(3), AT, [booked(1), booked(2)])

it('links each commit to the one before it in its lane', () => {
  const second = nextLink(first, AT, [booked(3)])
  expect([first.link, second.link]).toEqual([1n, 2n])
  expect([first.lane, second.lane]).toEqual([3, 3])
  expect(second.prevHash).toBe(first.hash)
})

it.each<[string, Partial<Transaction>]>([
  ['its id', { id: parseId('transaction', `txn_${'1'.repeat(26)}`) }],
  ['its state', { state: 'voided' }],
  ['its cause', { cause: 'evt-x' }],
  ['its end', { resolvedBy: 'evt-x' }],
  ['its reference', { reference: null }],
  ['its recipe', { recipe: 'pay_in.return' }],
  ['its actor', { actor: 'key_other' }],
  ['its effective time', { effectiveAt: instant('2026-01-01T00:00:01Z') }],
  ['its expiry', { expiresAt: AT }],
  ['an amount', { postings: booked(1).postings.map((it) => ({ ...it, amount: money(6n, 'USD') })) }],
])('covers %s', (_, change) => {
  expect(nextLink(genesis(3), AT, [{ ...booked(1), ...change }, booked(2)]).hash).not.toBe(first.hash)
})

it('covers the order, the lane and the time', () => {
  expect(nextLink(genesis(3), AT, [booked(2), booked(1)]).hash).not.toBe(first.hash)
  expect(nextLink(genesis(4), AT, [booked(1), booked(2)]).hash).not.toBe(first.hash)
  expect(nextLink(genesis(3), instant('2026-01-02T00:00:00Z'), [booked(1), booked(2)]).hash).not.toBe(first.hash)
})

it('keeps its hash for ever', () => {
  expect(first.hash).toMatchInlineSnapshot(`"aa35e95ecc8c57b28e53ed6ad6eb68c0d7a3318f68c515b997b225b065a2e10d"`)
})
