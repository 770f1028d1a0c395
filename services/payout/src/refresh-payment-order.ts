import { activity, sweep } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import { MINUTE_MS } from '@draupnir/time'
import { z } from 'zod'
import { BANK_BACKOFF } from './modern-treasury/backoff.ts'
import type { Bank } from './modern-treasury/client.ts'
import { type Standing, standingOf } from './modern-treasury/payment-order.ts'
import { REFRESH_PAYMENT_ORDER, requestRefresh } from './modern-treasury/refresh.ts'
import { payInOfPaymentOrder, payInsUnderWay } from './pay-in/pay-in.store.ts'
import { recordPayInStanding } from './pay-in/record-pay-in-standing.ts'
import { payoutOfPaymentOrder, payoutsUnderWay } from './payout/payout.store.ts'
import { recordPayoutStanding } from './payout/record-payout-standing.ts'

/** Asks the bank where a payment order stands and brings the pay-in or payout there. */
export function refreshPaymentOrder(bank: Bank) {
  return activity(REFRESH_PAYMENT_ORDER, z.object({ payment_order_id: z.string() }), {
    perform: (_ctx, data) => standingOf(bank, data.payment_order_id),
    settle: (ctx, data, standing) => recordStanding(ctx, data.payment_order_id, standing),
    backoff: BANK_BACKOFF,
  })
}

/** What a lost webhook would have said: every payment order whose end is not known is asked about again. */
export function pollPaymentOrders() {
  return sweep('payout.poll-payment-orders', { everyMs: 15 * MINUTE_MS }, async (ctx) => {
    const open = [...(await payInsUnderWay(ctx.db)), ...(await payoutsUnderWay(ctx.db))]
    for (const { tenant, paymentOrderId } of open) await requestRefresh(ctx.forTenant(tenant), paymentOrderId)
  })
}

async function recordStanding(ctx: Context, paymentOrderId: string, standing: Standing): Promise<void> {
  const payIn = await payInOfPaymentOrder(ctx.db, paymentOrderId)
  if (payIn !== null) return recordPayInStanding(ctx, payIn.id, standing)
  const payout = await payoutOfPaymentOrder(ctx.db, paymentOrderId)
  if (payout !== null) await recordPayoutStanding(ctx, payout.id, standing)
}
