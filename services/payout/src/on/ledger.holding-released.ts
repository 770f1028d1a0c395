import { handle } from '@draupnir/outbox'
import { HoldingReleased } from '@draupnir/wire'
import { requestPayout } from '../payout/request-payout.ts'

export const onHoldingReleased = handle(HoldingReleased, (ctx, event) => requestPayout(ctx, event.data))
