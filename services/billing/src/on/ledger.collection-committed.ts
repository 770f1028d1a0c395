import { handle } from '@draupnir/outbox'
import { CollectionCommitted } from '@draupnir/wire'
import { recordPayment } from '../invoice/record-payment.ts'

export const onCollectionCommitted = handle(CollectionCommitted, (ctx, event) =>
  recordPayment(ctx, event.data.invoice_id, event.data.collection_id),
)
