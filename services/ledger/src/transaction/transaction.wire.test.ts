import { parseId } from '@draupnir/ids'
import { money } from '@draupnir/money'
import { addMs, instant } from '@draupnir/time'
import { transactionSchema } from '@draupnir/wire'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { account } from '../account/account.ts'
import { BUYER, SELLER } from '../recipe/golden.ts'
import type { Posting, Transaction } from './transaction.ts'
import { wireTransaction, writeTransaction } from './transaction.wire.ts'

const T0 = instant('2026-01-01T00:00:00Z')
// Names of others: whatever JSON has its own use for, among everything else.
const name = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', '\n', '\u2028', '</', '{', '\ud800'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  minLength: 1,
})
const moment = fc.nat(4_000_000_000_000).map((ms) => addMs(instant('1970-01-01T00:00:00Z'), ms))
const currency = fc.constantFrom('USD' as const, 'EUR' as const, 'JPY' as const)
const posting = fc.record({ currency, amount: fc.bigInt(1n, 10n ** 15n - 1n), platform: fc.boolean() }).map(
  ({ currency, amount, platform }): Posting => ({
    debit: platform ? account.cash('ach', currency) : account.committed(BUYER, currency),
    credit: account.payInHolding(SELLER, currency),
    amount: money(amount, currency),
  }),
)
const transaction: fc.Arbitrary<Transaction> = fc.record({
  id: fc.nat(10 ** 9).map((n) => parseId('transaction', `txn_${String(n).padStart(26, '0')}`)),
  recipe: name,
  cause: name,
  reference: fc.option(name),
  undoes: fc.constant(null),
  bookedAs: fc.constantFrom('pending' as const, 'posted' as const),
  state: fc.constantFrom('pending' as const, 'posted' as const, 'voided' as const),
  actor: name,
  effectiveAt: moment,
  bookedAt: moment,
  expiresAt: fc.option(moment),
  resolvedBy: fc.option(name),
  resolvedAt: fc.option(moment),
  postings: fc.array(posting, { minLength: 1, maxLength: 5 }),
})

it('writes what the schema of the event reads, whatever the names hold', () => {
  fc.assert(
    fc.property(transaction, (transaction) => {
      const told = wireTransaction(transaction)
      const { id, recipe, cause, state, effectiveAt, bookedAt, postings } = transaction
      expect(told).toMatchObject({ id, recipe, cause, state, effective_at: effectiveAt, booked_at: bookedAt })
      expect(told.postings.map(({ debit, credit, amount }) => [debit, credit, amount.amount, amount.currency])).toEqual(
        postings.map(({ debit, credit, amount }) => [debit.ref, credit.ref, `${amount.amount}`, amount.currency]),
      )
      const written = JSON.parse(writeTransaction(transaction))
      expect(written).toEqual(told)
      expect(transactionSchema.parse(written)).toEqual(told)
    }),
  )
})

it('writes a transaction of as many postings as one may have', () => {
  const [one] = fc.sample(posting, { numRuns: 1, seed: 1 })
  const [some] = fc.sample(transaction, { numRuns: 1, seed: 1 })
  if (one === undefined || some === undefined) throw new Error('nothing was made')
  const large = { ...some, effectiveAt: T0, postings: Array.from({ length: 1000 }, () => one) }
  expect(JSON.parse(writeTransaction(large))).toEqual(wireTransaction(large))
})
