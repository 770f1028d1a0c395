import { type Context, transact } from '@draupnir/db'
import { fromWire, money, toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import type { Instant } from '@draupnir/time'
import { type Collection, CollectionCommitted, CollectionRefused } from '@draupnir/wire'
import { account } from '../account/account.ts'
import { fundsCommit } from '../recipe/funds.recipes.ts'
import { acceptedOf, isRefusedFor, tryTransaction } from '../transaction/post-transaction.ts'
import { lockFunding, useLots } from './funding.store.ts'
import { insertPayment } from './payment.store.ts'
import { readAvailable } from './read-available.ts'

export interface CommitFunds {
  readonly collection: Collection
  readonly cause: string
  readonly effectiveAt: Instant
}

/** Sets funds aside for an invoice, or says why not: an empty wallet is news for billing, not an error. */
export function commitFunds(ctx: Context, { collection, cause, effectiveAt }: CommitFunds): Promise<void> {
  return transact(ctx, async (ctx) => {
    const { id: collection_id, invoice_id, buyer_id, amount } = collection
    await lockFunding(ctx, buyer_id)
    const outcome = await tryTransaction(ctx, {
      recipe: fundsCommit,
      input: { buyer_id, amount },
      cause,
      reference: collection_id,
      effectiveAt,
    })
    const common = { collection_id, invoice_id, buyer_id, amount }
    if (!isRefusedFor(outcome, 'ledger.balance-insufficient')) {
      const { id: transaction_id } = acceptedOf(outcome)
      await keepPayment(ctx, collection)
      await emit(ctx, CollectionCommitted, { data: { ...common, transaction_id } })
      return
    }
    const { currency } = fromWire(amount)
    const available = await readAvailable(ctx, account.available(buyer_id, currency))
    await emit(ctx, CollectionRefused, {
      data: { ...common, available: toWire(money(available, currency)), code: outcome.code },
    })
  })
}

async function keepPayment(ctx: Context, { id, invoice_id, buyer_id, amount: wire }: Collection): Promise<void> {
  const amount = fromWire(wire)
  const committed = { collectionId: id, invoiceId: invoice_id, buyerId: buyer_id, amount, committedAt: ctx.now() }
  if (await insertPayment(ctx, committed)) await useLots(ctx, id, buyer_id, amount)
}
