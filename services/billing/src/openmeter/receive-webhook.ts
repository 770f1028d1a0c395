import { type Context, transact } from '@draupnir/db'
import { hearOfInvoice } from './hear-of-invoice.ts'
import { insertMessage } from './webhook.store.ts'
import type { WebhookMessage } from './webhook.ts'

/** Stores a verified message and asks for its invoice to be looked at; the same message again does nothing. */
export function receiveWebhook(outer: Context, message: WebhookMessage): Promise<void> {
  return transact(outer, async (ctx) => {
    if (!(await insertMessage(ctx, message))) return
    await hearOfInvoice(ctx.db, message, (tenant) => ({ ...ctx, tenant }))
  })
}
