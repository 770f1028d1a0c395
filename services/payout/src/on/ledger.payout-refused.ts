import { handle } from '@draupnir/outbox'
import { PayoutRefused } from '@draupnir/wire'
import { refusePayout } from '../payout/reserve-payout.ts'

export const onPayoutRefused = handle(PayoutRefused, (ctx, event) =>
  refusePayout(ctx, event.data.payout_id, event.data.code),
)
