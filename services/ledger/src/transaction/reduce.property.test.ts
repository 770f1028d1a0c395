import { parseId } from '@draupnir/ids'
import { money } from '@draupnir/money'
import { instant } from '@draupnir/time'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Account, account } from '../account/account.ts'
import { available, type Balance, opened, posted } from '../account/balance.ts'
import { ownersOfPair } from '../account/chart.ts'
import { BUYER, SELLER } from '../recipe/golden.ts'
import { type Books, type Request, reduce } from './reduce.ts'
import type { Posting, Transaction } from './transaction.ts'

const AT = instant('2026-01-01T00:00:00Z')
const { available: wallet, committed, payInHolding, payoutInTransit, cash, feeRevenue } = account
const ACCOUNTS: readonly Account[] = [
  wallet(BUYER, 'USD'),
  committed(BUYER, 'USD'),
  wallet(SELLER, 'USD'),
  payInHolding(SELLER, 'USD'),
  payoutInTransit(SELLER, 'USD'),
  cash('ach', 'USD'),
  feeRevenue('USD'),
  wallet(BUYER, 'EUR'),
  cash('ach', 'EUR'),
]
const EMPTY: Books = { balances: ACCOUNTS.map(opened), transactions: [], at: AT, closedThrough: null }

const side = fc.constantFrom(...ACCOUNTS)
const posting: fc.Arbitrary<Posting> = fc
  .record({ debit: side, credit: side, amount: fc.bigInt(-1n, 60n) })
  .map(({ debit, credit, amount }) => ({ debit, credit, amount: money(amount, debit.currency) }))
const allowed: fc.Arbitrary<Posting> = fc
  .record({ pair: fc.constantFrom(...allowedPairs()), amount: fc.bigInt(1n, 60n) })
  .map(({ pair: [debit, credit], amount }) => ({ debit, credit, amount: money(amount, debit.currency) }))
// Deposits, so that the rest of a history has something to move.
const deposit: fc.Arbitrary<Posting> = fc.bigInt(1n, 200n).map((amount) => ({
  debit: cash('ach', 'USD'),
  credit: wallet(BUYER, 'USD'),
  amount: money(amount, 'USD'),
}))
const named = fc.record({ cause: fc.nat(25).map(String), reference: fc.nat(25).map(String) })
const booking: fc.Arbitrary<Request> = fc
  .tuple(
    named,
    fc.constantFrom('pending' as const, 'posted' as const),
    fc.oneof(
      fc.array(deposit, { minLength: 1, maxLength: 1 }),
      fc.array(allowed, { minLength: 1, maxLength: 3 }),
      fc.array(posting, { minLength: 1, maxLength: 3 }),
    ),
  )
  .map(([names, state, postings]) => ({
    type: 'book',
    draft: {
      ...names,
      id: parseId('transaction', `txn_${names.cause.padStart(26, '0')}`),
      recipe: 'test',
      state,
      undoes: null,
      actor: 'key_test',
      effectiveAt: AT,
      expiresAt: null,
      postings,
    },
  }))
const ending: fc.Arbitrary<Request> = fc
  .tuple(named, fc.constantFrom('settle' as const, 'void' as const))
  .map(([{ reference, cause }, type]) => ({ type, target: { recipe: 'test', reference }, cause: `end-${cause}` }))
const batches = fc.array(fc.array(fc.oneof({ weight: 3, arbitrary: booking }, ending), { maxLength: 12 }), {
  maxLength: 8,
})

function allowedPairs(): [Account, Account][] {
  return ACCOUNTS.flatMap((debit) =>
    ACCOUNTS.filter((credit) => {
      const owners = ownersOfPair(debit.name, credit.name)
      return owners === 'any' || (owners === 'same' && debit.owner === credit.owner)
    }).map((credit): [Account, Account] => [debit, credit]),
  )
}

/** The oracle: every transaction that was ever accepted, summed from nothing. */
function recomputed(
  transactions: readonly Transaction[],
  of: Account,
): Omit<Balance, 'account' | 'version' | 'state' | 'changedAt'> {
  const sum = (state: string, side: 'debit' | 'credit') =>
    transactions
      .filter((transaction) => transaction.state === state)
      .flatMap((transaction) => transaction.postings)
      .filter((it) => it[side].ref === of.ref)
      .reduce((total, it) => total + it.amount.amount, 0n)
  return {
    postedDebits: sum('posted', 'debit'),
    postedCredits: sum('posted', 'credit'),
    pendingDebits: sum('pending', 'debit'),
    pendingCredits: sum('pending', 'credit'),
  }
}

function play(history: readonly (readonly Request[])[], check: (books: Books, at: string) => void): Books {
  return history.reduce<Books>((books, requests, index) => {
    const { outcomes, changed } = reduce(books, requests)
    const balances = new Map([...books.balances, ...changed].map((it) => [it.account.ref, it]))
    const transactions = new Map(books.transactions.map((it) => [it.id, it]))
    for (const outcome of outcomes) {
      if (outcome.type === 'accepted') transactions.set(outcome.transaction.id, outcome.transaction)
    }
    const next = { ...EMPTY, balances: [...balances.values()], transactions: [...transactions.values()] }
    check(next, `after batch ${index}`)
    return next
  }, EMPTY)
}

it('conserves every currency, holds every bound and keeps balances equal to the sum of what was accepted', () => {
  fc.assert(
    fc.property(batches, (history) => {
      play(history, (books, at) => {
        for (const currency of ['USD', 'EUR']) {
          const its = books.balances.filter((balance) => balance.account.currency === currency)
          const debits = its.reduce((sum, it) => sum + it.postedDebits + it.pendingDebits, 0n)
          const credits = its.reduce((sum, it) => sum + it.postedCredits + it.pendingCredits, 0n)
          expect(debits, at).toBe(credits)
        }
        for (const balance of books.balances) {
          if (balance.account.owner !== 'platform') {
            expect(available(balance), at).toBeGreaterThanOrEqual(0n)
            expect(posted(balance), at).toBeGreaterThanOrEqual(0n)
          }
          expect(balance, at).toMatchObject(recomputed(books.transactions, balance.account))
        }
      })
    }),
    { numRuns: 400 },
  )
})

it('does in one batch what it does in many', () => {
  fc.assert(
    fc.property(batches, (history) => {
      const inOne = reduce(EMPTY, history.flat())
      const inMany = play(
        history.flat().map((request) => [request]),
        () => {},
      )
      const changed = inMany.balances.filter((balance) => balance.version > 0n)
      const byRef = (a: Balance, b: Balance) => (a.account.ref < b.account.ref ? -1 : 1)
      expect([...inOne.changed].sort(byRef)).toEqual([...changed].sort(byRef))
    }),
    { numRuns: 200 },
  )
})

it('changes nothing when everything is asked a second time', () => {
  fc.assert(
    fc.property(batches, (history) => {
      const books = play(history, () => {})
      const accepted = new Set(books.transactions.map((it) => it.id))
      const again = history.flat().filter((it) => it.type === 'book' && accepted.has(it.draft.id))
      expect(reduce(books, again).changed).toEqual([])
    }),
    { numRuns: 200 },
  )
})
