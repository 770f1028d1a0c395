import { handle } from '@draupnir/outbox'
import { InvoicePaid } from '@draupnir/wire'
import { settleInvoice } from '../settlement/settle-invoice.ts'

export const onInvoicePaid = handle(InvoicePaid, (ctx, event) => {
  const { invoice, collection_id } = event.data
  const paidAt = invoice.paid_at ?? event.time
  return settleInvoice(ctx, { invoice, collectionId: collection_id, cause: event.id, paidAt })
})
