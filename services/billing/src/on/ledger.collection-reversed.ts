import { handle } from '@draupnir/outbox'
import { CollectionReversed } from '@draupnir/wire'
import { reversePayment } from '../invoice/reverse-payment.ts'

export const onCollectionReversed = handle(CollectionReversed, (ctx, event) => {
  const { invoice_id: invoiceId, collection_id: collectionId, amount, reason } = event.data
  return reversePayment(ctx, { invoiceId, collectionId, amount, reason })
})
