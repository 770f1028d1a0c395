import { assert } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { AccountRef } from '../account/account.ts'
import type { Side } from '../account/chart.ts'
import type { Transaction, TransactionState } from '../transaction/transaction.ts'

/** What an account gains on one side by a copy: all its postings there as one. */
export interface CopyEntry {
  readonly ref: AccountRef
  readonly side: Side
  readonly amount: bigint
}

/** A transaction as one ledger transaction of the mirror; one with very many accounts is several. */
export interface Part {
  readonly externalId: string
  readonly entries: readonly CopyEntry[]
}

/** What is known of a part at the mirror. */
export interface Copy {
  readonly externalId: string
  readonly transactionId: Id<'transaction'>
  /** Theirs; null until it is known to be there. */
  readonly ledgerTransactionId: string | null
  readonly madeAs: 'pending' | 'posted'
  readonly asked: TransactionState
  /** Null until it is known to be there. */
  readonly state: TransactionState | null
  readonly batch: string | null
  readonly problem: string | null
  readonly changedAt: Instant
}

/** Modern Treasury takes a thousand entries at most; its SDK, amounts that a JSON number holds exactly. */
const LIMITS = { entries: 1_000, amount: BigInt(Number.MAX_SAFE_INTEGER) }

/** The parts of a transaction: the first bears its id, the others a number behind it. */
export function partsOf({ id, postings }: Pick<Transaction, 'id' | 'postings'>, limits = LIMITS): Part[] {
  const parts: CopyEntry[][] = []
  let current = new Map<string, CopyEntry>()
  for (const { debit, credit, amount } of postings) {
    const sides = [entryFor(current, debit.ref, 'debit'), entryFor(current, credit.ref, 'credit')]
    const fresh = sides.filter((entry) => entry.amount === 0n).length
    const isFull = current.size + fresh > limits.entries
    if (isFull || sides.some((entry) => entry.amount + amount.amount > limits.amount)) {
      parts.push([...current.values()])
      current = new Map()
    }
    for (const { ref, side } of sides) {
      const before = entryFor(current, ref, side)
      current.set(`${side} ${ref}`, { ...before, amount: before.amount + amount.amount })
    }
  }
  parts.push([...current.values()])
  return parts.map((entries, index) => ({ externalId: index === 0 ? id : `${id}.${index + 1}`, entries }))
}

/** The part that a copy is of. */
export function partOf(transaction: Pick<Transaction, 'id' | 'postings'>, externalId: string): Part {
  const part = partsOf(transaction).find((each) => each.externalId === externalId)
  assert(part !== undefined, `${externalId} is a part of its transaction`)
  return part
}

/** How a part is first asked for. What was voided before it was ever mirrored is made pending and then voided. */
export function firstAsk({ state }: Pick<Transaction, 'state'>): 'pending' | 'posted' {
  return state === 'posted' ? 'posted' : 'pending'
}

/** What to ask next of a copy whose answer is known; null when it is as the transaction is, or was set aside. */
export function nextAsk(copy: Copy, { state }: Pick<Transaction, 'state'>): TransactionState | null {
  return copy.problem !== null || isOpen(copy) || copy.state === state ? null : state
}

/** Whether something was asked of which the answer is not known. */
export function isOpen({ asked, state, problem }: Copy): boolean {
  return problem === null && state !== asked
}

/** Whether nothing is left to do for a copy. */
export function isSettled(copy: Copy, { state }: Pick<Transaction, 'state'>): boolean {
  return copy.problem !== null || (!isOpen(copy) && copy.state === state)
}

/** When a copy in this state holds: a pending transaction from its effective time, a posted one from when it was. */
export function effectiveAtOf(transaction: Transaction, state: TransactionState): Instant {
  return state === 'posted' ? (transaction.resolvedAt ?? transaction.effectiveAt) : transaction.effectiveAt
}

/** What a balance of the mirror gains. */
export interface Gain {
  readonly ref: AccountRef
  readonly postedDebits: bigint
  readonly postedCredits: bigint
  readonly pendingDebits: bigint
  readonly pendingCredits: bigint
}

const NOTHING = { postedDebits: 0n, postedCredits: 0n, pendingDebits: 0n, pendingCredits: 0n }

/** What the accounts of a part gain when its copy goes from one state to another. */
export function gainsOf({ entries }: Part, from: TransactionState | null, to: TransactionState): Gain[] {
  return entries.flatMap(({ ref, side, amount }) => [...gain(ref, side, from, -amount), ...gain(ref, side, to, amount)])
}

/** One gain for each account. */
export function sumGains(gains: readonly Gain[]): Gain[] {
  const sums = new Map<AccountRef, Gain>()
  for (const each of gains) {
    const sum = sums.get(each.ref) ?? { ref: each.ref, ...NOTHING }
    sums.set(each.ref, {
      ref: each.ref,
      postedDebits: sum.postedDebits + each.postedDebits,
      postedCredits: sum.postedCredits + each.postedCredits,
      pendingDebits: sum.pendingDebits + each.pendingDebits,
      pendingCredits: sum.pendingCredits + each.pendingCredits,
    })
  }
  return [...sums.values()]
}

function gain(ref: AccountRef, side: Side, state: TransactionState | null, amount: bigint): Gain[] {
  if (state === null || state === 'voided') return []
  const field = `${state}${side === 'debit' ? 'Debits' : 'Credits'}` as const
  return [{ ref, ...NOTHING, [field]: amount }]
}

function entryFor(entries: ReadonlyMap<string, CopyEntry>, ref: AccountRef, side: Side): CopyEntry {
  return entries.get(`${side} ${ref}`) ?? { ref, side, amount: 0n }
}
