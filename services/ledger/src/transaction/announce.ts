import type { Context } from '@draupnir/db'
import { emitMany, emitWritten } from '@draupnir/outbox'
import { JournalAppended, WalletCredited } from '@draupnir/wire'
import type { Balance } from '../account/balance.ts'
import type { Link } from './chain.ts'
import { walletCredits } from './credit.ts'
import type { Transaction } from './transaction.ts'
import { writeTransaction } from './transaction.wire.ts'

// Well below what one message may hold.
const MAX_POSTINGS = 1_500

/** Tells of a commit with one event, or a few when it is large. */
export async function announceLink(ctx: Context, link: Link): Promise<void> {
  const { lane, recordedAt, prevHash, hash, transactions } = link
  const parts = partsOf(transactions)
  const emissions: Promise<unknown>[] = []
  let position = 0
  for (const part of parts) {
    const journal = `${ctx.tenant}-${lane}`
    const head = {
      journal,
      lane,
      link: link.link.toString(),
      recorded_at: recordedAt,
      prev_hash: prevHash,
      hash,
      position,
      of: transactions.length,
    }
    const told = `,"transactions":[${part.map(writeTransaction).join(',')}]}`
    const json = `${JSON.stringify(head).slice(0, -1)}${told}`
    emissions.push(emitWritten(ctx, JournalAppended, { aggregateId: journal, json }))
    position += part.length
  }
  await Promise.all(emissions)
}

/** Tells of each wallet that was credited; the accounts must be locked, for events of a wallet follow one another as its balances do. */
export async function announceCredits(
  ctx: Context,
  transactions: readonly Transaction[],
  changed: readonly Balance[],
): Promise<void> {
  const wallets = changed.filter(({ account }) => account.name === 'available')
  if (wallets.length === 0) return
  const after = new Map(wallets.map((balance) => [balance.account.ref, balance]))
  const credits = transactions.flatMap((transaction) => walletCredits(transaction, after))
  await emitMany(
    ctx,
    WalletCredited,
    credits.map((data) => ({ data })),
  )
}

function partsOf(transactions: readonly Transaction[]): Transaction[][] {
  const parts: Transaction[][] = []
  let room = 0
  for (const transaction of transactions) {
    const last = parts.at(-1)
    if (last !== undefined && room >= transaction.postings.length) last.push(transaction)
    else {
      parts.push([transaction])
      room = MAX_POSTINGS
    }
    room -= transaction.postings.length
  }
  return parts
}
