import { handle } from '@draupnir/outbox'
import { CashOutRequested } from '@draupnir/wire'
import { requestPayout } from '../payout/request-payout.ts'

export const onCashOutRequested = handle(CashOutRequested, (ctx, event) => requestPayout(ctx, event.data.cash_out))
