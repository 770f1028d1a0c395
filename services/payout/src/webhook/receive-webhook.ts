import { type Context, transact } from '@draupnir/db'
import { findOwner } from '../payment-order/find-owner.ts'
import { requestRefresh } from '../payment-order/request-refresh.ts'
import { keepMessage } from './webhook.store.ts'
import type { WebhookMessage } from './webhook.ts'

/** Stores a verified message and asks for its payment order to be looked at; the same message again does nothing. */
export function receiveWebhook(outer: Context, message: WebhookMessage): Promise<void> {
  return transact(outer, async (ctx) => {
    if (!(await keepMessage(ctx, message)) || message.paymentOrderId === null) return
    const owner = await findOwner(ctx, message.paymentOrderId)
    // An order that we do not know yet is looked at as soon as its submission is recorded.
    if (owner !== null) await requestRefresh({ ...ctx, tenant: owner.tenant }, message.paymentOrderId)
  })
}
