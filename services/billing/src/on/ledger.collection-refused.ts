import { handle } from '@draupnir/outbox'
import { CollectionRefused } from '@draupnir/wire'
import { refuseCollection } from '../collection/refuse-collection.ts'

export const onCollectionRefused = handle(CollectionRefused, (ctx, event) => refuseCollection(ctx, event.data))
