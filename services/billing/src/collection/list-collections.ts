import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { type CollectionRow, collectionsOf } from './collection.store.ts'

/** The attempts to collect an invoice, the first one first. */
export function listCollections(ctx: Context, invoiceId: Id<'invoice'>): Promise<CollectionRow[]> {
  return collectionsOf(ctx, invoiceId)
}
