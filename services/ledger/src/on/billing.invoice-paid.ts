import { handle } from '@draupnir/outbox'
import { InvoicePaid } from '@draupnir/wire'
import { settlePayment } from '../settlement/settle-payment.ts'

export const onInvoicePaid = handle(InvoicePaid, (ctx, event) => {
  const { invoice, collection_id: collectionId } = event.data
  return settlePayment(ctx, { invoice, collectionId, cause: event.id, paidAt: invoice.paid_at ?? event.time })
})
