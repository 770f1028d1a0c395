import { handle } from '@draupnir/outbox'
import { InvoicePartiallyPaid } from '@draupnir/wire'
import { settlePayment } from '../settlement/settle-payment.ts'

export const onInvoicePartiallyPaid = handle(InvoicePartiallyPaid, (ctx, event) => {
  const { invoice, collection_id: collectionId } = event.data
  return settlePayment(ctx, { invoice, collectionId, cause: event.id, paidAt: event.time })
})
