import { schedule } from '@draupnir/clock'
import type { Context } from '@draupnir/db'

export const REFRESH_PAYMENT_ORDER = 'payout.refresh-payment-order'

/** A webhook or the sweep says that a payment order may have changed; what the bank answers when asked is the truth. */
export async function requestRefresh(ctx: Context, paymentOrderId: string): Promise<void> {
  const data = { payment_order_id: paymentOrderId }
  await schedule(ctx, { kind: REFRESH_PAYMENT_ORDER, key: paymentOrderId, dueAt: ctx.now(), data })
}
