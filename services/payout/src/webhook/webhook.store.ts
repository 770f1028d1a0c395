import type { Context } from '@draupnir/db'
import type { WebhookMessage } from './webhook.ts'

/** Keeps a message; false when it is known. Messages belong to no tenant: whose they are shows when they are read. */
export async function keepMessage(ctx: Context, message: WebhookMessage): Promise<boolean> {
  const { messageId, topic, paymentOrderId, payload } = message
  const kept = await ctx.db.sql`
    insert into webhook_messages (message_id, topic, payment_order_id, received_at, payload)
    values (${messageId}, ${topic}, ${paymentOrderId}, ${ctx.now()}, ${ctx.db.sql.typed.json(payload)})
    on conflict do nothing returning 1`
  return kept.length > 0
}
