import { type Context, transact } from '@draupnir/db'
import { requestRefresh } from './modern-treasury/refresh.ts'
import type { WebhookMessage } from './modern-treasury/webhook.ts'
import { payInOfPaymentOrder } from './pay-in/pay-in.store.ts'
import { payoutOfPaymentOrder } from './payout/payout.store.ts'

/** Stores a verified message and asks for its payment order to be looked at; the same message again does nothing. */
export function receiveWebhook(outer: Context, message: WebhookMessage): Promise<void> {
  return transact(outer, async (ctx) => {
    const { messageId, topic, paymentOrderId, payload } = message
    const stored = await ctx.db.sql`
      insert into webhook_messages (message_id, topic, payment_order_id, received_at, payload)
      values (${messageId}, ${topic}, ${paymentOrderId}, ${ctx.now()}, ${ctx.db.sql.typed.json(payload)})
      on conflict do nothing returning 1`
    if (stored.length === 0 || paymentOrderId === null) return
    const owner =
      (await payInOfPaymentOrder(ctx.db, paymentOrderId)) ?? (await payoutOfPaymentOrder(ctx.db, paymentOrderId))
    // An order that we do not know yet is looked at as soon as its submission is recorded.
    if (owner !== null) await requestRefresh({ ...ctx, tenant: owner.tenant }, paymentOrderId)
  })
}
