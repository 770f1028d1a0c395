import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import type { Money } from '@draupnir/money'
import type { Instant } from '@draupnir/time'

export interface Committed {
  readonly collectionId: Id<'collection'>
  readonly invoiceId: Id<'invoice'>
  readonly buyerId: Id<'party'>
  readonly amount: Money
  readonly committedAt: Instant
}

/** Keeps a payment that is committed; false when it was before. */
export async function insertPayment(ctx: Context, committed: Committed): Promise<boolean> {
  const { collectionId, invoiceId, buyerId, amount, committedAt } = committed
  const { count } = await ctx.db.sql`
    insert into payments (tenant_id, collection_id, invoice_id, buyer_id, amount, currency, state, committed_at)
    values (${ctx.tenant}, ${collectionId}, ${invoiceId}, ${buyerId}, ${amount.amount}, ${amount.currency}, 'committed',
      ${committedAt})
    on conflict do nothing`
  return count > 0
}
