import { hash } from 'node:crypto'
import { epochMs, type Instant } from '@draupnir/time'
import type { Transaction } from './transaction.ts'

/** The end of one lane of a tenant's journal. */
export interface ChainHead {
  readonly lane: number
  readonly link: bigint
  readonly hash: string
}

/** Everything one commit recorded, in order. */
export interface Link extends ChainHead {
  readonly recordedAt: Instant
  readonly prevHash: string
  readonly transactions: readonly Transaction[]
}

const FIRST = '0'.repeat(64)

/** Where a lane begins. */
export function genesis(lane: number): ChainHead {
  return { lane, link: 0n, hash: FIRST }
}

/** The next link after `head`: its hash covers the hash before it and every transaction with all its postings. */
export function nextLink(head: ChainHead, recordedAt: Instant, transactions: readonly Transaction[]): Link {
  const link = head.link + 1n
  const first = `${head.hash}\n${head.lane}\n${link}\n${epochMs(recordedAt)}`
  // Hashed at once: a call for each transaction costs as much as its text.
  const text = transactions.reduce((before, transaction) => `${before}\n${textOf(transaction)}`, first)
  return { lane: head.lane, link, recordedAt, prevHash: head.hash, transactions, hash: hash('sha256', text) }
}

/** The cause of what last happened to a transaction. */
export function causeOf({ cause, resolvedBy }: Transaction): string {
  return resolvedBy ?? cause
}

// In this form for ever; the audit writes the same in SQL (`verify/chain.store.ts`), so that it can run in the database.
function textOf(it: Transaction): string {
  const debits = it.postings.map((posting) => posting.debit.ref).join(',')
  const credits = it.postings.map((posting) => posting.credit.ref).join(',')
  const amounts = it.postings.map((posting) => posting.amount.amount.toString()).join(',')
  return [
    it.state,
    causeOf(it),
    it.id,
    it.recipe,
    it.cause,
    it.reference ?? '',
    it.undoes ?? '',
    it.bookedAs,
    it.actor,
    epochMs(it.effectiveAt),
    epochMs(it.bookedAt),
    it.expiresAt === null ? '' : epochMs(it.expiresAt),
    debits,
    credits,
    amounts,
  ].join('\u001f')
}
