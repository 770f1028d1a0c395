import { activity } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import { parseId } from '@draupnir/ids'
import { z } from 'zod'
import { BANK_BACKOFF } from '../modern-treasury/backoff.ts'
import type { Bank } from '../modern-treasury/client.ts'
import { askStanding } from '../modern-treasury/payment-order.ts'
import { recordPayInStanding } from '../pay-in/record-pay-in-standing.ts'
import { recordPayoutStanding } from '../payout/record-payout-standing.ts'
import { ownersOf } from './payment-order.store.ts'
import type { Standing } from './payment-order.ts'
import { REFRESH_PAYMENT_ORDER } from './request-refresh.ts'

/** Asks the bank where a payment order stands and brings the pay-in or payout there. */
export function refreshPaymentOrder(bank: Bank) {
  return activity(REFRESH_PAYMENT_ORDER, z.object({ payment_order_id: z.string() }), {
    perform: (_ctx, data) => askStanding(bank, data.payment_order_id),
    settle: (ctx, data, standing) => recordStanding(ctx, data.payment_order_id, standing),
    backoff: BANK_BACKOFF,
  })
}

async function recordStanding(ctx: Context, paymentOrderId: string, standing: Standing): Promise<void> {
  for (const { kind, id } of await ownersOf(ctx.db, [paymentOrderId])) {
    if (kind === 'pay-in') await recordPayInStanding(ctx, parseId('payIn', id), standing)
    else await recordPayoutStanding(ctx, parseId('payout', id), standing)
  }
}
