import { type RefusalCode, type RefusalContext, required } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import type { Account, AccountRef } from '../account/account.ts'
import { available, type Balance, isWithinFloor, isWithinTurnover, type Movement, move } from '../account/balance.ts'
import { CHART, ownersOfPair } from '../account/chart.ts'
import { type Draft, isSameBody, type Posting, type Transaction } from './transaction.ts'

export type Request =
  | { readonly type: 'book'; readonly draft: Draft }
  | {
      readonly type: 'settle' | 'void'
      readonly recipe: string
      readonly reference: string
      readonly cause: string
      readonly at: Instant
    }

export interface Refused {
  readonly type: 'refused'
  readonly code: RefusalCode
  readonly context: RefusalContext
}

/** `accepted` changed the books, `replayed` had been done before, `refused` left nothing. */
export type Outcome = { readonly type: 'accepted' | 'replayed'; readonly transaction: Transaction } | Refused

/** What the reducer must be given: every account the requests touch, and what was booked under their causes and references. */
export interface Books {
  readonly balances: readonly Balance[]
  readonly transactions: readonly Transaction[]
}

export interface Reduction {
  /** One per request, in order. */
  readonly outcomes: readonly Outcome[]
  /** Every account that the accepted requests changed. */
  readonly changed: readonly Balance[]
}

export const MAX_POSTINGS = 1_000

/** Runs a batch over the books in order; each request is accepted or refused on its own merits. */
export function reduce(books: Books, requests: readonly Request[]): Reduction {
  const ledger = new Ledger(books)
  const outcomes = requests.map((request) =>
    request.type === 'book' ? book(ledger, request.draft) : resolve(ledger, request),
  )
  return { outcomes, changed: ledger.changed() }
}

function book(ledger: Ledger, draft: Draft): Outcome {
  const before = ledger.byCause(draft.recipe, draft.cause)
  if (before !== undefined) {
    if (isSameBody(draft, before)) return { type: 'replayed', transaction: before }
    return refused('ledger.cause-reused', { cause: draft.cause, recipe: draft.recipe, transaction_id: before.id })
  }
  const same = ledger.byReference(draft.recipe, draft.reference)
  if (same !== undefined) {
    const { recipe, reference } = draft
    return refused('ledger.reference-reused', { recipe, reference, transaction_id: same.id })
  }
  const { state, ...rest } = draft
  const transaction = { ...rest, bookedAs: state, state, resolvedBy: null, resolvedAt: null }
  return malformed(draft) ?? apply(ledger, transaction, state)
}

function resolve(ledger: Ledger, request: Exclude<Request, { type: 'book' }>): Outcome {
  const { recipe, reference, cause } = request
  const before = ledger.byReference(recipe, reference)
  if (before === undefined) return refused('ledger.transaction-not-found', { recipe, reference })
  const state = request.type === 'settle' ? 'posted' : 'voided'
  if (before.resolvedBy === cause && before.state === state) return { type: 'replayed', transaction: before }
  if (before.state !== 'pending') {
    return refused('ledger.transaction-not-pending', { transaction_id: before.id, state: before.state })
  }
  const transaction = { ...before, state, resolvedBy: cause, resolvedAt: request.at } as const
  return apply(ledger, transaction, request.type === 'settle' ? 'settled' : 'voided')
}

function malformed(draft: Draft): Refused | null {
  const { postings } = draft
  if (postings.length === 0 || postings.length > MAX_POSTINGS) {
    return refused('ledger.postings-invalid', { postings: postings.length, max: MAX_POSTINGS })
  }
  for (const posting of postings) {
    const problem = malformedPosting(posting, draft.undoes !== null)
    if (problem !== null) return problem
  }
  return null
}

function malformedPosting({ debit, credit, amount }: Posting, undoing: boolean): Refused | null {
  if (amount.amount <= 0n) return refused('ledger.amount-not-positive', { amount: amount.amount.toString() })
  if (debit.currency !== amount.currency || credit.currency !== amount.currency) {
    return refused('money.currency-mismatch', { debit: debit.ref, credit: credit.ref, amount: amount.currency })
  }
  const allowed = mayTouch(debit, credit) || (undoing && mayTouch(credit, debit))
  return allowed ? null : refused('ledger.pair-not-allowed', { debit: debit.ref, credit: credit.ref })
}

function mayTouch(debit: Account, credit: Account): boolean {
  const owners = ownersOfPair(debit.name, credit.name)
  return owners === 'any' || (owners === 'same' && debit.owner === credit.owner)
}

// Bounds hold for the transaction as a whole: postings inside it may pass through one another.
function apply(ledger: Ledger, transaction: Transaction, movement: Movement): Outcome {
  const after = new Map<AccountRef, Balance>()
  const touch = (account: Account): Balance => after.get(account.ref) ?? ledger.balance(account)
  for (const { debit, credit, amount } of transaction.postings) {
    after.set(debit.ref, move(touch(debit), 'debit', amount.amount, movement))
    after.set(credit.ref, move(touch(credit), 'credit', amount.amount, movement))
  }
  for (const balance of after.values()) {
    if (!isWithinFloor(balance)) return insufficient(ledger.balance(balance.account), balance)
    if (!isWithinTurnover(balance)) return refused('ledger.turnover-exceeded', { account: balance.account.ref })
  }
  ledger.commit(transaction, [...after.values()])
  return { type: 'accepted', transaction }
}

function insufficient(before: Balance, after: Balance): Refused {
  const { ref, name, currency } = before.account
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

/** The working copy of one batch: later requests see what earlier ones did. */
class Ledger {
  readonly #balances: Map<AccountRef, Balance>
  readonly #causes = new Map<string, Transaction>()
  readonly #references = new Map<string, Transaction>()
  readonly #changed = new Set<AccountRef>()

  constructor(books: Books) {
    this.#balances = new Map(books.balances.map((balance) => [balance.account.ref, balance]))
    for (const transaction of books.transactions) this.#remember(transaction)
  }

  balance(account: Account): Balance {
    return required(this.#balances.get(account.ref), `${account.ref} is not among the books`)
  }

  byCause(recipe: string, cause: string): Transaction | undefined {
    return this.#causes.get(key(recipe, cause))
  }

  byReference(recipe: string, reference: string): Transaction | undefined {
    return this.#references.get(key(recipe, reference))
  }

  commit(transaction: Transaction, balances: readonly Balance[]): void {
    this.#remember(transaction)
    for (const balance of balances) {
      this.#balances.set(balance.account.ref, { ...balance, version: balance.version + 1n })
      this.#changed.add(balance.account.ref)
    }
  }

  changed(): Balance[] {
    return [...this.#balances.values()].filter((balance) => this.#changed.has(balance.account.ref))
  }

  #remember(transaction: Transaction): void {
    this.#causes.set(key(transaction.recipe, transaction.cause), transaction)
    this.#references.set(key(transaction.recipe, transaction.reference), transaction)
  }
}

function key(recipe: string, name: string): string {
  return `${recipe}\n${name}`
}
