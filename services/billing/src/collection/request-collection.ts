import { type Context, transact } from '@draupnir/db'
import { type Money, toWire } from '@draupnir/money'
import { emit } from '@draupnir/outbox'
import { CollectionRequested, type Invoice } from '@draupnir/wire'
import { openAmount } from '../invoice/invoice.ts'
import { type CollectionRow, insertCollection, latestCollection } from './collection.store.ts'
import { nextAttempt } from './collection.ts'

/**
 * Asks the ledger to commit the buyer's funds, for all that is open when no amount is said; null while an earlier request
 * is unanswered and when nothing is open. The invoice must be locked.
 */
export function requestCollection(
  outer: Context,
  invoice: Invoice,
  part: Money = openAmount(invoice),
): Promise<CollectionRow | null> {
  return transact(outer, async (ctx) => {
    const attempt = nextAttempt(await latestCollection(ctx, invoice.id))
    if (attempt === null || part.amount === 0n) return null
    const id = ctx.newId('collection')
    const { id: invoice_id, contract_id, buyer_id } = invoice
    const row = {
      id,
      tenant: ctx.tenant,
      invoiceId: invoice_id,
      attempt,
      state: 'requested' as const,
      ...part,
      reversed: 0n,
      refusal: null,
      requestedAt: ctx.now(),
      answeredAt: null,
      fundsCame: false,
    }
    await insertCollection(ctx, row)
    const amount = toWire(part)
    const collection = { id, invoice_id, contract_id, buyer_id, method: 'wallet' as const, amount, attempt }
    await emit(ctx, CollectionRequested, { data: { collection } })
    return row
  })
}
