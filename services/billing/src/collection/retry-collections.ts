import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { lockOpenInvoices } from '../invoice/invoice.store.ts'
import { requestCollection } from './request-collection.ts'

/** Money came in: every open invoice of the buyer whose last attempt was refused is tried again, the oldest due first. */
export function retryCollections(outer: Context, buyerId: Id<'party'>): Promise<void> {
  return transact(outer, async (ctx) => {
    for (const invoice of await lockOpenInvoices(ctx, buyerId)) await requestCollection(ctx, invoice)
  })
}
