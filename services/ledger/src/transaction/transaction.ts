import type { Id } from '@draupnir/ids'
import type { Money } from '@draupnir/money'
import type { Instant } from '@draupnir/time'
import type { Account } from '../account/account.ts'

/** One amount from a debit account to a credit account: it cannot be unbalanced. */
export interface Posting {
  readonly debit: Account
  readonly credit: Account
  readonly amount: Money
}

export type TransactionState = 'pending' | 'posted' | 'voided'

/** What is asked to be booked. */
export interface Draft {
  readonly id: Id<'transaction'>
  /** Permanent code of the recipe that made the postings. */
  readonly recipe: string
  /** Event id, timer or idempotency key: one cause makes one transaction of a recipe. */
  readonly cause: string
  /** What it is about (`pin_…`, `col_…`, `leg_…`): a recipe books it once, whatever the cause. */
  readonly reference: string | null
  readonly state: 'pending' | 'posted'
  /** The transaction whose postings are mirrored here. */
  readonly undoes: Id<'transaction'> | null
  readonly actor: string
  /** When it holds in the world; null is the moment it is booked. */
  readonly effectiveAt: Instant | null
  /** When a pending transaction voids itself. */
  readonly expiresAt: Instant | null
  readonly postings: readonly Posting[]
}

export interface Transaction extends Omit<Draft, 'state' | 'effectiveAt'> {
  readonly bookedAs: 'pending' | 'posted'
  readonly state: TransactionState
  readonly effectiveAt: Instant
  /** When we learned it. */
  readonly bookedAt: Instant
  /** Cause and time of the end of a pending transaction. */
  readonly resolvedBy: string | null
  readonly resolvedAt: Instant | null
}

/** The same amounts the other way round, last first. */
export function mirror(postings: readonly Posting[]): Posting[] {
  return postings.map(({ debit, credit, amount }) => ({ debit: credit, credit: debit, amount })).reverse()
}

/** The transaction as it was when it was booked: what the first answer said. */
export function asBooked(transaction: Transaction): Transaction {
  return { ...transaction, state: transaction.bookedAs, resolvedBy: null, resolvedAt: null }
}

/** Whether a draft repeats what was booked before, apart from its id, its actor and the time of booking. */
export function isSameBody(draft: Draft, booked: Transaction): boolean {
  return (
    draft.recipe === booked.recipe &&
    draft.cause === booked.cause &&
    draft.reference === booked.reference &&
    draft.state === booked.bookedAs &&
    draft.undoes === booked.undoes &&
    (draft.effectiveAt ?? booked.bookedAt) === booked.effectiveAt &&
    draft.expiresAt === booked.expiresAt &&
    isSamePostings(draft.postings, booked.postings)
  )
}

function isSamePostings(some: readonly Posting[], others: readonly Posting[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ debit, credit, amount }, index) => {
      const other = others[index]
      return other?.debit.ref === debit.ref && other.credit.ref === credit.ref && other.amount.amount === amount.amount
    })
  )
}
