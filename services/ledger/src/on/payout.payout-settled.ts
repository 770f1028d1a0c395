import { handle } from '@draupnir/outbox'
import { PayoutSettled } from '@draupnir/wire'
import { settlePayout } from '../payout/settle-payout.ts'

export const onPayoutSettled = handle(PayoutSettled, (ctx, event) => {
  const { payout } = event.data
  return settlePayout(ctx, { payout, cause: event.id, effectiveAt: payout.settled_at ?? event.time })
})
