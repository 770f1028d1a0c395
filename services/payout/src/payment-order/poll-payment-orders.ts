import { sweep } from '@draupnir/clock'
import { MINUTE_MS } from '@draupnir/time'
import { ordersUnderWay } from './payment-order.store.ts'
import { requestRefresh } from './request-refresh.ts'

/** What a lost webhook would have said: every payment order whose end is not known is asked about again. */
export function pollPaymentOrders() {
  return sweep('payout.poll-payment-orders', { everyMs: 15 * MINUTE_MS }, async (ctx) => {
    for (const { tenant, paymentOrderId } of await ordersUnderWay(ctx.db))
      await requestRefresh(ctx.forTenant(tenant), paymentOrderId)
  })
}
