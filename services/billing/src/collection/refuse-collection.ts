import { type Context, transact } from '@draupnir/db'
import type { CollectionRefused, DataOf } from '@draupnir/wire'
import { lockInvoice } from '../invoice/invoice.store.ts'
import { markPastDue } from '../invoice/mark-past-due.ts'
import { answerCollection, noteFunds } from './collection.store.ts'
import { requestCollection } from './request-collection.ts'

/** The wallet did not cover the invoice: it stays open until money comes in, and is past due when its date has passed. */
export function refuseCollection(outer: Context, refused: DataOf<typeof CollectionRefused>): Promise<void> {
  return transact(outer, async (ctx) => {
    const invoice = await lockInvoice(ctx, refused.invoice_id)
    const refusal = { code: refused.code, available: refused.available.amount }
    const answered = await answerCollection(ctx, refused.collection_id, { state: 'refused', refusal })
    if (invoice === null || answered === null) return
    if (!answered.fundsCame) return markPastDue(ctx, invoice.id)
    await noteFunds(ctx, answered.id, false)
    await requestCollection(ctx, invoice)
  })
}
