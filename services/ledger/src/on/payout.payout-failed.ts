import { handle } from '@draupnir/outbox'
import { PayoutFailed } from '@draupnir/wire'
import { returnPayout } from '../payout/return-payout.ts'

export const onPayoutFailed = handle(PayoutFailed, (ctx, event) =>
  returnPayout(ctx, { payout: event.data.payout, cause: event.id, effectiveAt: event.time }),
)
