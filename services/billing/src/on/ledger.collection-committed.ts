import { handle } from '@draupnir/outbox'
import { CollectionCommitted } from '@draupnir/wire'
import { markPaid } from '../invoice/mark-paid.ts'

export const onCollectionCommitted = handle(CollectionCommitted, (ctx, event) =>
  markPaid(ctx, event.data.invoice_id, event.data.collection_id),
)
