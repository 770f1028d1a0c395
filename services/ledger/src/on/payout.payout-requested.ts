import { handle } from '@draupnir/outbox'
import { PayoutRequested } from '@draupnir/wire'
import { reservePayout } from '../payout/reserve-payout.ts'

export const onPayoutRequested = handle(PayoutRequested, (ctx, event) =>
  reservePayout(ctx, { payout: event.data.payout, cause: event.id, effectiveAt: event.time }),
)
