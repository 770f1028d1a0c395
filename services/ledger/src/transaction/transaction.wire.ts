import { toWire } from '@draupnir/money'
import type { LedgerTransaction } from '@draupnir/wire'
import type { Transaction } from './transaction.ts'

export function wireTransaction(transaction: Transaction): LedgerTransaction {
  const { id, recipe, state, cause, effectiveAt, bookedAt, postings } = transaction
  return {
    id,
    recipe,
    state,
    cause,
    effective_at: effectiveAt,
    booked_at: bookedAt,
    postings: postings.map(({ debit, credit, amount }) => ({
      debit: debit.ref,
      credit: credit.ref,
      amount: toWire(amount),
    })),
  }
}
