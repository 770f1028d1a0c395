import { money } from '@draupnir/money'
import { nextId } from '@draupnir/testing'
import { instant } from '@draupnir/time'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { account } from '../account/account.ts'
import type { Posting, TransactionState } from '../transaction/transaction.ts'
import { type Copy, firstAsk, gainsOf, isOpen, isSettled, nextAsk, partOf, partsOf, sumGains } from './mirror.ts'

const id = nextId('transaction')
const parties = Array.from({ length: 8 }, () => nextId('party'))
const [buyer = nextId('party'), seller = nextId('party')] = parties
const usd = (amount: number | bigint) => money(BigInt(amount), 'USD')
const move = (from: typeof buyer, to: typeof buyer, amount: number | bigint): Posting => ({
  debit: account.available(from, 'USD'),
  credit: account.available(to, 'USD'),
  amount: usd(amount),
})
const copyOf = (over: Partial<Copy>): Copy => ({
  externalId: id,
  transactionId: id,
  ledgerTransactionId: null,
  madeAs: 'posted',
  asked: 'posted',
  state: null,
  batch: null,
  problem: null,
  changedAt: instant('2026-01-01T00:00:00Z'),
  ...over,
})

describe('the parts of a transaction', () => {
  it('are one, which has one entry for each account and side', () => {
    expect(partsOf({ id, postings: [move(buyer, seller, 5), move(buyer, seller, 7), move(seller, buyer, 1)] })).toEqual(
      [
        {
          externalId: id,
          entries: [
            { ref: `${buyer}:available:USD`, side: 'debit', amount: 12n },
            { ref: `${seller}:available:USD`, side: 'credit', amount: 12n },
            { ref: `${seller}:available:USD`, side: 'debit', amount: 1n },
            { ref: `${buyer}:available:USD`, side: 'credit', amount: 1n },
          ],
        },
      ],
    )
  })

  it('are several when the accounts are too many for one', () => {
    const postings = parties.slice(1).map((party) => move(buyer, party, 1))
    const names = partsOf({ id, postings }, { entries: 4, amount: 1_000n }).map((part) => [
      part.externalId,
      part.entries.length,
    ])
    expect(names).toEqual([
      [id, 4],
      [`${id}.2`, 4],
      [`${id}.3`, 2],
    ])
    expect(partOf({ id, postings }, id).entries).toHaveLength(8)
  })

  it('are several when a sum is more than a JSON number holds', () => {
    const large = 999_999_999_999_999n
    const postings = Array.from({ length: 10 }, () => move(buyer, seller, large))
    const parts = partsOf({ id, postings })
    expect(parts.map(({ entries }) => entries.map(({ amount }) => amount))).toEqual([
      [9n * large, 9n * large],
      [large, large],
    ])
  })

  it('are balanced, within the limits, and together what was posted', () => {
    const posting = fc
      .tuple(fc.constantFrom(...parties), fc.constantFrom(...parties), fc.integer({ min: 1, max: 50 }))
      .map(([from, to, amount]) => move(from, to, amount))
    fc.assert(
      fc.property(
        fc.array(posting, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 2, max: 9 }),
        (postings, entries) => {
          const parts = partsOf({ id, postings }, { entries, amount: 100n })
          const total = new Map<string, bigint>()
          const put = (key: string, amount: bigint) => total.set(key, (total.get(key) ?? 0n) + amount)
          for (const part of parts) {
            expect(part.entries.length).toBeLessThanOrEqual(entries)
            const signed = part.entries.map(({ side, amount }) => (side === 'debit' ? amount : -amount))
            expect(signed.reduce((sum, amount) => sum + amount, 0n)).toBe(0n)
            for (const { ref, side, amount } of part.entries) {
              expect(amount > 0n && amount <= 100n).toBe(true)
              put(`${side} ${ref}`, -amount)
            }
          }
          for (const { debit, credit, amount } of postings) {
            put(`debit ${debit.ref}`, amount.amount)
            put(`credit ${credit.ref}`, amount.amount)
          }
          expect([...total.values()].every((sum) => sum === 0n)).toBe(true)
          expect(new Set(parts.map((part) => part.externalId)).size).toBe(parts.length)
        },
      ),
    )
  })
})

describe('a copy', () => {
  it.each([
    ['posted', 'posted'],
    ['pending', 'pending'],
    ['voided', 'pending'],
  ] as const)('of a %s transaction is first asked for as %s', (state, asked) => {
    expect(firstAsk({ state })).toBe(asked)
  })

  it('is asked nothing more while an answer is missing, when it is right, or when it was set aside', () => {
    const posted = { state: 'posted' as const }
    expect(nextAsk(copyOf({ asked: 'pending', state: null }), posted)).toBeNull()
    expect(nextAsk(copyOf({ asked: 'posted', state: 'posted' }), posted)).toBeNull()
    expect(nextAsk(copyOf({ asked: 'pending', state: 'pending', problem: 'no' }), posted)).toBeNull()
    expect(nextAsk(copyOf({ asked: 'pending', state: 'pending' }), posted)).toBe('posted')
    expect(nextAsk(copyOf({ asked: 'pending', state: 'pending' }), { state: 'voided' })).toBe('voided')
  })

  it('is settled when it is as the transaction is, or set aside', () => {
    const pending = { state: 'pending' as const }
    expect(isSettled(copyOf({ asked: 'pending', state: null }), pending)).toBe(false)
    expect(isSettled(copyOf({ asked: 'posted', state: 'pending' }), pending)).toBe(false)
    expect(isSettled(copyOf({ asked: 'pending', state: 'pending' }), pending)).toBe(true)
    expect(isSettled(copyOf({ asked: 'pending', state: 'pending' }), { state: 'posted' })).toBe(false)
    expect(isSettled(copyOf({ problem: 'no' }), pending)).toBe(true)
    expect(isOpen(copyOf({ problem: 'no' }))).toBe(false)
  })
})

describe('what accounts gain', () => {
  const part = partOf({ id, postings: [move(buyer, seller, 10)] }, id)
  const way = (...states: TransactionState[]) => {
    const gains = states.flatMap((to, index) => gainsOf(part, states[index - 1] ?? null, to))
    const [debited, credited] = sumGains(gains)
    return [debited?.postedDebits, debited?.pendingDebits, credited?.postedCredits, credited?.pendingCredits]
  }

  it.each([
    [['posted'], [10n, 0n, 10n, 0n]],
    [['pending'], [0n, 10n, 0n, 10n]],
    [
      ['pending', 'posted'],
      [10n, 0n, 10n, 0n],
    ],
    [
      ['pending', 'voided'],
      [0n, 0n, 0n, 0n],
    ],
  ] as const)('on the way %s', (states, gained) => {
    expect(way(...states)).toEqual(gained)
  })

  it('is nothing when a copy is found archived', () => {
    expect(gainsOf(part, null, 'voided')).toEqual([])
  })
})
