import { handle } from '@draupnir/outbox'
import { CollectionRequested } from '@draupnir/wire'
import { commitFunds } from '../wallet/commit-funds.ts'

export const onCollectionRequested = handle(CollectionRequested, (ctx, event) =>
  commitFunds(ctx, { collection: event.data.collection, cause: event.id, effectiveAt: event.time }),
)
