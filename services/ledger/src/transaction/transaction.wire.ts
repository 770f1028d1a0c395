import { toWire } from '@draupnir/money'
import type { LedgerTransaction } from '@draupnir/wire'
import type { Posting, Transaction } from './transaction.ts'

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

/**
 * A transaction as `LedgerTransaction` says, written at once: an event tells of a thousand. Everything but recipe and
 * cause is made by us and holds nothing to escape; the tests read what was emitted through the event's schema.
 */
export function writeTransaction({ id, recipe, state, cause, effectiveAt, bookedAt, postings }: Transaction): string {
  const names = `"recipe":${JSON.stringify(recipe)},"state":"${state}","cause":${JSON.stringify(cause)}`
  const times = `"effective_at":"${effectiveAt}","booked_at":"${bookedAt}"`
  return `{"id":"${id}",${names},${times},"postings":[${postings.map(writePosting).join(',')}]}`
}

function writePosting({ debit, credit, amount: { amount, currency } }: Posting): string {
  return `{"debit":"${debit.ref}","credit":"${credit.ref}","amount":{"amount":"${amount}","currency":"${currency}"}}`
}
