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
  readonly reference: string
  readonly state: 'pending' | 'posted'
  /** The transaction whose postings are mirrored here. */
  readonly undoes: Id<'transaction'> | null
  /** When it holds in the world; `bookedAt` is when we learned it. */
  readonly effectiveAt: Instant
  readonly bookedAt: Instant
  readonly postings: readonly Posting[]
}

export interface Transaction extends Omit<Draft, 'state'> {
  readonly bookedAs: 'pending' | 'posted'
  readonly state: TransactionState
  /** Cause and time of the end of a pending transaction. */
  readonly resolvedBy: string | null
  readonly resolvedAt: Instant | null
}

/** The same amounts the other way round, last first. */
export function mirror(postings: readonly Posting[]): Posting[] {
  return postings.map(({ debit, credit, amount }) => ({ debit: credit, credit: debit, amount })).reverse()
}

/** Whether a draft repeats what was booked before, apart from ids and the time of booking. */
export function isSameBody(draft: Draft, booked: Transaction): boolean {
  return bodyOf(draft, draft.state) === bodyOf(booked, booked.bookedAs)
}

function bodyOf(it: Omit<Draft, 'state'>, bookedAs: string): string {
  return JSON.stringify([
    it.recipe,
    it.cause,
    it.reference,
    bookedAs,
    it.undoes,
    it.effectiveAt,
    it.postings.map((p) => [p.debit.ref, p.credit.ref, p.amount.amount.toString(), p.amount.currency]),
  ])
}
