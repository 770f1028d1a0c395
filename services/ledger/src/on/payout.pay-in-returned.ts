import { handle } from '@draupnir/outbox'
import { PayInReturned } from '@draupnir/wire'
import { returnPayIn } from '../pay-in/return-pay-in.ts'

export const onPayInReturned = handle(PayInReturned, (ctx, event) => {
  const { pay_in, reason_code: reasonCode, returned_at: returnedAt } = event.data
  return returnPayIn(ctx, { payInId: pay_in.id, payer: pay_in.party_id, reasonCode, cause: event.id, returnedAt })
})
