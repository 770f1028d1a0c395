import { type Context, transact } from '@draupnir/db'
import { fromWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import { CollectionRequested, type Invoice } from '@draupnir/wire'
import { insertCollection, latestCollection } from './collection.store.ts'
import { nextAttempt } from './collection.ts'

/** Asks the ledger to commit the buyer's funds; quiet while an earlier request is unanswered. The invoice must be locked. */
export function requestCollection(outer: Context, invoice: Invoice): Promise<void> {
  return transact(outer, async (ctx) => {
    const attempt = nextAttempt(await latestCollection(ctx, invoice.id))
    if (attempt === null) return
    const id = ctx.newId('collection')
    const { id: invoice_id, contract_id, buyer_id, total } = invoice
    await insertCollection(ctx, {
      id,
      tenant: ctx.tenant,
      invoiceId: invoice_id,
      attempt,
      state: 'requested',
      ...fromWire(total),
      refusal: null,
      requestedAt: ctx.now(),
      answeredAt: null,
      fundsCame: false,
    })
    const collection = { id, invoice_id, contract_id, buyer_id, method: 'wallet' as const, amount: total, attempt }
    await emit(ctx, CollectionRequested, { data: { collection } })
  })
}
