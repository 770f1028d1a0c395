import { handle } from '@draupnir/outbox'
import { WalletCredited } from '@draupnir/wire'
import { retryCollections } from '../collection/retry-collections.ts'

export const onWalletCredited = handle(WalletCredited, (ctx, event) => retryCollections(ctx, event.data.party_id))
