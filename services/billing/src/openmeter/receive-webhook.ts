import { type Context, transact } from '@draupnir/db'
import { isId } from '@draupnir/ids'
import { tenantOfContract } from '../contract/contract.store.ts'
import { requestRefresh } from './refresh-invoice.ts'
import type { WebhookMessage } from './webhook.ts'

/** Stores a verified message and asks for its invoice to be looked at; the same message again does nothing. */
export function receiveWebhook(outer: Context, message: WebhookMessage): Promise<void> {
  return transact(outer, async (ctx) => {
    const stored = await ctx.db.sql`
      insert into webhook_messages (message_id, event_type, openmeter_invoice_id, received_at, payload)
      values (${message.messageId}, ${message.type}, ${message.openmeterInvoiceId}, ${ctx.now()},
        ${ctx.db.sql.typed.json(message.payload)})
      on conflict do nothing returning 1`
    if (stored.length === 0) return
    const tenant = isId('contract', message.customerKey) ? await tenantOfContract(ctx, message.customerKey) : null
    // An invoice of somebody else's customer, or of a contract we do not know yet: the poll looks again.
    if (tenant !== null) await requestRefresh({ ...ctx, tenant }, message.openmeterInvoiceId)
  })
}
