import { createHash } from 'node:crypto'
import type { Instant } from '@draupnir/time'
import type { Transaction, TransactionState } from './transaction.ts'

/** Something that happened to a transaction, as the journal keeps it. */
export interface JournalEntry {
  readonly seq: bigint
  readonly state: TransactionState
  readonly cause: string
  readonly recordedAt: Instant
  readonly transaction: Omit<Transaction, 'state' | 'resolvedBy' | 'resolvedAt'>
}

export interface Link {
  readonly entry: JournalEntry
  readonly prevHash: string
  readonly hash: string
}

export interface ChainHead {
  readonly seq: bigint
  readonly hash: string
}

/** Where every tenant's chain begins. */
export const GENESIS: ChainHead = { seq: 0n, hash: '0'.repeat(64) }

/** What the journal says of a transaction that was just booked, settled or voided. */
export function entryOf(transaction: Transaction, seq: bigint): JournalEntry {
  const { state, resolvedBy, resolvedAt } = transaction
  return {
    seq,
    state,
    cause: resolvedBy ?? transaction.cause,
    recordedAt: resolvedAt ?? transaction.bookedAt,
    transaction,
  }
}

/** Chains what happened to the head, in order. */
export function chain(head: ChainHead, transactions: readonly Transaction[]): Link[] {
  let { seq, hash } = head
  return transactions.map((transaction) => {
    const prevHash = hash
    seq += 1n
    const entry = entryOf(transaction, seq)
    hash = hashOf(prevHash, entry)
    return { entry, prevHash, hash }
  })
}

/** SHA-256 over the previous hash and the entry with all its postings, in a form that never changes. */
export function hashOf(prevHash: string, entry: JournalEntry): string {
  const { transaction: it } = entry
  const content = [
    prevHash,
    entry.seq.toString(),
    entry.state,
    entry.cause,
    entry.recordedAt,
    it.id,
    it.recipe,
    it.cause,
    it.reference,
    it.undoes,
    it.bookedAs,
    it.effectiveAt,
    it.bookedAt,
    it.postings.map((p) => [p.debit.ref, p.credit.ref, p.amount.amount.toString(), p.amount.currency]),
  ]
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}
