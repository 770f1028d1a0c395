import { handle } from '@draupnir/outbox'
import { PayInReversed } from '@draupnir/wire'
import { recordReversal } from '../pay-in/record-reversal.ts'

export const onPayInReversed = handle(PayInReversed, (ctx, event) =>
  recordReversal(ctx, event.data.pay_in_id, event.data.transaction_id),
)
