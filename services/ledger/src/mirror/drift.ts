import { epochMs, instant } from '@draupnir/time'
import type { Transaction, TransactionState } from '../transaction/transaction.ts'
import { type Copy, effectiveAtOf, type Part } from './mirror.ts'

/** One thing that is not there as it is here. */
export interface DriftFinding {
  /** `transaction txn_…`, `account pty_…:available:USD`, or what is there and not here by its id. */
  readonly row: string
  readonly detail: string
}

/** A ledger transaction there, as far as it is compared. */
export interface TheirTransaction {
  readonly id: string
  readonly state: TransactionState
  readonly effectiveAt: string
  /** By our refs; `ref` is null for accounts that are not of the mirror. */
  readonly entries: readonly { readonly ref: string | null; readonly side: string; readonly amount: number }[]
}

/** What an account holds, here or there; pending without what is posted. */
export interface Holding {
  readonly posted_debits: bigint
  readonly posted_credits: bigint
  readonly pending_debits: bigint
  readonly pending_credits: bigint
}

const HELD = ['posted_debits', 'posted_credits', 'pending_debits', 'pending_credits'] as const

/** How a ledger transaction differs from the copy it should be; null when it does not. */
export function differenceOf(
  { copy, transaction, part }: { readonly copy: Copy; readonly transaction: Transaction; readonly part: Part },
  theirs: TheirTransaction,
): string | null {
  if (copy.ledgerTransactionId !== theirs.id) return `is there twice, also as ${theirs.id}`
  if (copy.state !== theirs.state) return `is ${theirs.state} there, ${copy.state} was mirrored`
  if (copy.state === null || copy.state === 'voided') return null
  const ours = part.entries.map(({ ref, side, amount }) => `${side} ${ref} ${amount}`)
  const their = mergedEntries(theirs)
  const differing = their.filter((entry) => !ours.includes(entry))
  if (differing.length > 0) return `books ${differing.slice(0, 3).join(', ')} there`
  if (their.length !== ours.length) return `has ${their.length} entries there, ${ours.length} here`
  const effective = effectiveAtOf(transaction, copy.state)
  if (epochMs(instant(theirs.effectiveAt)) !== epochMs(effective))
    return `is effective ${theirs.effectiveAt} there, ${effective} here`
  return null
}

/** What an account holds there and should not, as `posted debits/credits, pending debits/credits`; null when nothing. */
export function holdingDifference(ours: Holding, theirs: Holding): string | null {
  const text = (it: Holding) => `${it.posted_debits}/${it.posted_credits}, ${it.pending_debits}/${it.pending_credits}`
  // What is beyond a JSON number comes rounded from there.
  const same = HELD.every((key) => Number(ours[key]) === Number(theirs[key]))
  return same ? null : `holds ${text(theirs)} there, ${text(ours)} was mirrored (posted, pending debits/credits)`
}

function mergedEntries({ entries }: TheirTransaction): string[] {
  const sums = new Map<string, number>()
  for (const { ref, side, amount } of entries) {
    const key = `${side} ${ref ?? 'an unknown account'}`
    sums.set(key, (sums.get(key) ?? 0) + amount)
  }
  return [...sums].map(([key, amount]) => `${key} ${amount}`)
}
