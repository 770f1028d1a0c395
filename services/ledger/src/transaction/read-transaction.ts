import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import type { Id } from '@draupnir/ids'
import { type TransactionFilter, transactionsBy } from './find-transactions.store.ts'
import { findTransaction } from './transaction.store.ts'
import type { Transaction } from './transaction.ts'

/** Transactions with their postings, newest first. */
export function listTransactions(ctx: Context, filter: TransactionFilter): Promise<Transaction[]> {
  return transactionsBy(ctx, filter)
}

/** One transaction with its postings. Refuses `request.not-found`. */
export async function readTransaction(ctx: Context, id: Id<'transaction'>): Promise<Transaction> {
  return (await findTransaction(ctx, id)) ?? refuse('request.not-found', { id })
}
