import { type Context, transact } from '@draupnir/db'
import { fromWire, toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import { CollectionRequested, type Invoice } from '@draupnir/wire'
import { insertCollection, latestCollection } from './collection.store.ts'

/** Asks the ledger to commit the buyer's funds; quiet while an earlier request is unanswered. The invoice must be locked. */
export function requestCollection(outer: Context, invoice: Invoice): Promise<void> {
  return transact(outer, async (ctx) => {
    const before = await latestCollection(ctx, invoice.id)
    if (before !== null && before.state !== 'refused') return
    const { amount, currency } = fromWire(invoice.total)
    const id = ctx.newId('collection')
    const attempt = (before?.attempt ?? 0) + 1
    await insertCollection(ctx, {
      id,
      tenant: ctx.tenant,
      invoiceId: invoice.id,
      attempt,
      state: 'requested',
      amount,
      currency,
      refusal: null,
      requestedAt: ctx.now(),
      answeredAt: null,
    })
    const { contract_id, buyer_id } = invoice
    const collection = {
      id,
      invoice_id: invoice.id,
      contract_id,
      buyer_id,
      method: 'wallet' as const,
      amount: toWire({ amount, currency }),
      attempt,
    }
    await emit(ctx, CollectionRequested, { data: { collection } })
  })
}
