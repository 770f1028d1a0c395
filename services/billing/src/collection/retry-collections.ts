import { type Context, transact } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { lockOpenInvoices } from '../invoice/invoice.store.ts'
import { latestCollection, noteFunds } from './collection.store.ts'
import { isAwaited } from './collection.ts'
import { requestCollection } from './request-collection.ts'

/**
 * Money came in: every open invoice of the buyer is tried again, the oldest due first. Where the ledger's answer is
 * still under way it may be a refusal from before the money, so that one is tried again when it comes.
 */
export function retryCollections(outer: Context, buyerId: Id<'party'>): Promise<void> {
  return transact(outer, async (ctx) => {
    for (const invoice of await lockOpenInvoices(ctx, buyerId)) {
      const latest = await latestCollection(ctx, invoice.id)
      if (latest !== null && isAwaited(latest)) await noteFunds(ctx, latest.id, true)
      else await requestCollection(ctx, invoice)
    }
  })
}
