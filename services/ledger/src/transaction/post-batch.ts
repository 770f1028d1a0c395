import { type Context, transact } from '@draupnir/db'
import { emitMany } from '@draupnir/outbox'
import { TransactionPosted, WalletCredited } from '@draupnir/wire'
import { lockBalances, saveBalances } from '../account/account.store.ts'
import type { Account } from '../account/account.ts'
import { chain } from './chain.ts'
import { walletCredits } from './credit.ts'
import { type Outcome, type Reduction, type Request, reduce } from './reduce.ts'
import {
  appendJournal,
  findNamed,
  insertTransactions,
  lockHead,
  type Named,
  resolveTransactions,
} from './transaction.store.ts'
import type { Transaction } from './transaction.ts'
import { wireTransaction } from './transaction.wire.ts'

/** Posts what arrived together in one commit; one outcome for each request, in order. A refused request leaves nothing. */
export function postBatch(ctx: Context, requests: readonly Request[]): Promise<readonly Outcome[]> {
  return transact(ctx, async (ctx) => {
    // The head goes first: whoever holds it is alone in the tenant's books, so nothing below can deadlock or race.
    const head = await lockHead(ctx)
    const transactions = await findNamed(ctx, requests.map(namesOf))
    const balances = await lockBalances(ctx, accountsOf(requests, transactions))
    const reduction = reduce({ balances, transactions }, requests)
    const accepted = reduction.outcomes.flatMap((it) => (it.type === 'accepted' ? [it.transaction] : []))
    if (accepted.length === 0) return reduction.outcomes
    await save(ctx, reduction, accepted)
    await appendJournal(ctx, chain(head, accepted))
    await announce(ctx, reduction, accepted)
    return reduction.outcomes
  })
}

// A transaction that is booked and resolved in one batch is inserted as booked: its end is an update like any other.
async function save(ctx: Context, reduction: Reduction, accepted: readonly Transaction[]): Promise<void> {
  await saveBalances(ctx, reduction.changed)
  await insertTransactions(
    ctx,
    accepted.filter((transaction) => transaction.resolvedAt === null),
  )
  await resolveTransactions(
    ctx,
    accepted.filter((transaction) => transaction.resolvedAt !== null),
  )
}

async function announce(ctx: Context, reduction: Reduction, accepted: readonly Transaction[]): Promise<void> {
  await emitMany(
    ctx,
    TransactionPosted,
    accepted.map((transaction) => ({ data: { transaction: wireTransaction(transaction) } })),
  )
  await emitMany(
    ctx,
    WalletCredited,
    accepted.flatMap((transaction) => walletCredits(transaction, reduction.changed)).map((data) => ({ data })),
  )
}

function namesOf(request: Request): Named {
  const { recipe, cause, reference } = request.type === 'book' ? request.draft : request
  return { recipe, cause, reference }
}

function accountsOf(requests: readonly Request[], transactions: readonly Transaction[]): Account[] {
  const drafts = requests.flatMap((request) => (request.type === 'book' ? [request.draft] : []))
  return [...drafts, ...transactions].flatMap(({ postings }) =>
    postings.flatMap(({ debit, credit }) => [debit, credit]),
  )
}
