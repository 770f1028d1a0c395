import type { RefusalCode, RefusalContext } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { addMs, type Instant, latest } from '@draupnir/time'
import type { AccountRef } from '../account/account.ts'
import { available, type Balance, isWithinFloor, isWithinTurnover, type Movement, move } from '../account/balance.ts'
import { CHART } from '../account/chart.ts'
import type { Entry } from './entry.ts'
import { malformed } from './malformed.ts'
import { type Draft, isSameBody, type Transaction } from './transaction.ts'
import { type Touched, Working } from './working.ts'

export type Target = { readonly id: Id<'transaction'> } | { readonly recipe: string; readonly reference: string }

export interface Book {
  readonly type: 'book'
  readonly draft: Draft
  /**
   * What happened in a period that is closed by now holds from the first open moment on: it is a fact, and has to be booked.
   * What is only asked for is refused there, unless this is said.
   */
  readonly whenClosed?: 'first-open'
}

export interface Resolve {
  readonly type: 'settle' | 'void' | 'expire'
  readonly target: Target
  readonly cause: string
}

export type Request = Book | Resolve
/** Requests that are accepted together or not at all. */
export interface Together {
  readonly type: 'together'
  readonly requests: readonly Request[]
}

export interface Refused {
  readonly type: 'refused'
  readonly code: RefusalCode
  readonly context: RefusalContext
}

/** `accepted` changed the books, `replayed` had been done before, `refused` left nothing. */
export type Outcome = { readonly type: 'accepted' | 'replayed'; readonly transaction: Transaction } | Refused

/** What the reducer must be given: every account the requests touch, and what was booked under their names. */
export interface Books {
  readonly balances: readonly Balance[]
  readonly transactions: readonly Transaction[]
  /** When the batch is recorded. */
  readonly at: Instant
  /** Nothing may become effective in a closed period. */
  readonly closedThrough: Instant | null
}

export interface Reduction {
  /** One per request, in order; those of a `together` follow one another. */
  readonly outcomes: readonly Outcome[]
  /** Every account that the accepted requests changed. */
  readonly changed: readonly Balance[]
  /** What they did to each account, in order. */
  readonly entries: readonly Entry[]
}

/** Runs a batch over the books in order; each request is accepted or refused on its own merits. */
export function reduce(books: Books, requests: readonly (Request | Together)[]): Reduction {
  const working = new Working(books)
  const outcomes = requests.flatMap((request) =>
    request.type === 'together' ? together(books, working, request.requests) : [one(books, working, request)],
  )
  return { outcomes, changed: working.changed(), entries: working.entries() }
}

function one(books: Books, working: Working, request: Request): Outcome {
  return request.type === 'book' ? book(books, working, request) : resolve(books, working, request)
}

function together(books: Books, working: Working, requests: readonly Request[]): Outcome[] {
  let outcomes: Outcome[] = []
  let first = -1
  working.provided(() => {
    outcomes = requests.map((request) => one(books, working, request))
    first = outcomes.findIndex((outcome) => outcome.type === 'refused')
    return first < 0
  })
  if (first < 0) return outcomes
  return outcomes.map((outcome) =>
    outcome.type === 'refused' ? outcome : refused('ledger.together-refused', { because_of: first }),
  )
}

function book(books: Books, working: Working, request: Book): Outcome {
  const { recipe: code, cause } = request.draft
  const before = working.find({ recipe: code, cause })
  const draft = moved(request, books, before)
  if (before !== undefined) {
    if (isSameBody(draft, before)) return { type: 'replayed', transaction: before }
    return refused('ledger.cause-reused', { cause: draft.cause, recipe: draft.recipe, transaction_id: before.id })
  }
  const { recipe, reference, undoes } = draft
  const same = reference === null ? undefined : working.find({ recipe, reference })
  if (same !== undefined) return refused('ledger.reference-reused', { recipe, reference, transaction_id: same.id })
  const undone = undoes === null ? undefined : working.find({ undoes })
  if (undone !== undefined) return refused('ledger.undone-before', { undoes, transaction_id: undone.id })
  const { state, ...rest } = draft
  const effectiveAt = draft.effectiveAt ?? books.at
  const end = { resolvedBy: null, resolvedAt: null }
  const transaction = { ...rest, bookedAs: state, state, effectiveAt, bookedAt: books.at, ...end }
  return malformed(draft, books) ?? apply(books, working, transaction, state)
}

// Told again, it is what was booked, though the period was still open then or another was closed since.
function moved({ draft, whenClosed }: Book, { closedThrough }: Books, before: Transaction | undefined): Draft {
  const { effectiveAt } = draft
  if (whenClosed === undefined || effectiveAt === null) return draft
  const open = before?.effectiveAt ?? (closedThrough === null ? effectiveAt : addMs(closedThrough, 1))
  return { ...draft, effectiveAt: latest(effectiveAt, open) }
}

const ENDS = {
  settle: { state: 'posted', movement: 'settled' },
  void: { state: 'voided', movement: 'voided' },
  expire: { state: 'voided', movement: 'voided' },
} as const

function resolve(books: Books, working: Working, { type, target, cause }: Resolve): Outcome {
  const before = working.find(target)
  if (before === undefined) return refused('ledger.transaction-not-found', { ...target })
  const { state, movement } = ENDS[type]
  if (before.resolvedBy === cause && before.state === state) return { type: 'replayed', transaction: before }
  const context = { transaction_id: before.id, state: before.state }
  if (before.state !== 'pending') return refused('ledger.transaction-not-pending', context)
  const expired = before.expiresAt !== null && before.expiresAt <= books.at
  if (type === 'settle' && expired) return refused('ledger.transaction-expired', { ...context, at: before.expiresAt })
  if (type === 'expire' && !expired) return refused('ledger.transaction-not-pending', context)
  return apply(books, working, { ...before, state, resolvedBy: cause, resolvedAt: books.at }, movement)
}

// Bounds hold for the transaction as a whole: postings inside it may pass through one another.
function apply({ at }: Books, working: Working, transaction: Transaction, movement: Movement): Outcome {
  const touched = new Map<AccountRef, Touched>()
  const touch = (ref: AccountRef): Touched => {
    const known = touched.get(ref)
    if (known !== undefined) return known
    const fresh = { before: working.balance(ref), debit: 0n, credit: 0n }
    touched.set(ref, fresh)
    return fresh
  }
  for (const { debit, credit, amount } of transaction.postings) {
    touch(debit.ref).debit += amount.amount
    touch(credit.ref).credit += amount.amount
  }
  const results: Entry[] = []
  for (const { before, debit, credit } of touched.values()) {
    const moved = move(move(before, 'debit', debit, movement), 'credit', credit, movement)
    const problem = unfit(before, moved, movement)
    if (problem !== null) return problem
    const after = { ...moved, version: before.version + 1n, changedAt: at }
    results.push({ transaction, movement, debit, credit, after })
  }
  working.commit(transaction, results)
  return { type: 'accepted', transaction }
}

function unfit(before: Balance, after: Balance, movement: Movement): Refused | null {
  const { ref, name, currency } = before.account
  if (before.state !== 'open') {
    // What is on its way may end in a closed account; in a frozen one nothing moves.
    const ends = movement === 'settled' || movement === 'voided'
    if (before.state === 'frozen' || !ends) return refused(`ledger.account-${before.state}`, { account: ref })
  }
  if (!isWithinTurnover(after)) return refused('ledger.turnover-exceeded', { account: ref })
  if (isWithinFloor(after)) return null
  return refused('ledger.balance-insufficient', {
    account: ref,
    currency,
    available: available(before).toString(),
    short_by: ((CHART[name].floor ?? 0n) - available(after)).toString(),
  })
}

function refused(code: RefusalCode, context: RefusalContext): Refused {
  return { type: 'refused', code, context }
}
