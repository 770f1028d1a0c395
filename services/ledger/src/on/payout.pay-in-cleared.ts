import { handle } from '@draupnir/outbox'
import { PayInCleared } from '@draupnir/wire'
import { clearPayIn } from '../pay-in/clear-pay-in.ts'

export const onPayInCleared = handle(PayInCleared, (ctx, event) => {
  const { pay_in: payIn } = event.data
  return clearPayIn(ctx, { payIn, cause: event.id, clearedAt: payIn.cleared_at ?? event.time })
})
