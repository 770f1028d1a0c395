import { sweep } from '@draupnir/clock'
import { addMs, DAY_MS, HOUR_MS } from '@draupnir/time'
import type { Bank } from '../modern-treasury/client.ts'
import { returnedOrders } from '../modern-treasury/payment-order.ts'
import { ordersTakenForDone } from './payment-order.store.ts'
import { requestRefresh } from './request-refresh.ts'

/** The longest ordinary window of an ACH return is sixty days; what a bank sends later still comes by webhook. */
const WINDOW_MS = 90 * DAY_MS

/** Done is not for ever: orders the bank took back after their end, of which a lost webhook would have told. */
export function pollReturnedOrders(bank: Bank) {
  return sweep('payout.poll-returned-orders', { everyMs: HOUR_MS }, async (ctx) => {
    const returned = await returnedOrders(bank, addMs(ctx.now(), -WINDOW_MS))
    for (const { tenant, paymentOrderId } of await ordersTakenForDone(ctx.db, returned))
      await requestRefresh(ctx.forTenant(tenant), paymentOrderId)
  })
}
