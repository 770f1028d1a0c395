import { handle } from '@draupnir/outbox'
import { PayoutReserved } from '@draupnir/wire'
import { reservePayout } from '../payout/reserve-payout.ts'

export const onPayoutReserved = handle(PayoutReserved, (ctx, event) => reservePayout(ctx, event.data.payout_id))
