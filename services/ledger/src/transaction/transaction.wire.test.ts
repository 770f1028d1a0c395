import { parseId } from '@draupnir/ids'
import { money } from '@draupnir/money'
import { instant } from '@draupnir/time'
import { transactionSchema } from '@draupnir/wire'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { account } from '../account/account.ts'
import { BUYER, SELLER } from '../recipe/golden.ts'
import type { Transaction } from './transaction.ts'
import { wireTransaction, writeTransaction } from './transaction.wire.ts'

const AT = instant('2026-01-01T00:00:00Z')
const name = fc.string({ minLength: 1, unit: 'binary' })

it('writes what the schema of the event reads, whatever the names hold', () => {
  fc.assert(
    fc.property(
      name,
      name,
      fc.bigInt(1n, 10n ** 14n),
      fc.integer({ min: 1, max: 4 }),
      (recipe, cause, amount, count) => {
        const posting = {
          debit: account.committed(BUYER, 'USD'),
          credit: account.payInHolding(SELLER, 'USD'),
          amount: money(amount, 'USD'),
        }
        const transaction: Transaction = {
          id: parseId('transaction', 'txn_00000000000000000000000000'),
          recipe,
          cause,
          reference: null,
          undoes: null,
          bookedAs: 'pending',
          state: 'posted',
          actor: 'key_test',
          effectiveAt: AT,
          bookedAt: AT,
          expiresAt: null,
          resolvedBy: null,
          resolvedAt: null,
          postings: Array.from({ length: count }, () => posting),
        }
        const told = wireTransaction(transaction)
        expect(JSON.parse(writeTransaction(transaction))).toEqual(told)
        expect(transactionSchema.parse(JSON.parse(writeTransaction(transaction)))).toEqual(told)
      },
    ),
  )
})
