import { cancel, schedule } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import { findByOpenMeterId } from '../invoice/invoice.store.ts'
import { standingOf } from '../invoice/invoice.ts'

export const REPORT_PAYMENT = 'billing.report-payment'

/** How a payment stands, in OpenMeter's words. */
export type PaymentTrigger = 'paid' | 'payment_overdue'

/**
 * Asks for OpenMeter to be told how the payment of its invoice stands: paid when every buyer has paid, overdue when one
 * is past due. The newest trigger replaces an older one not yet told, and nothing is told that does not hold any more. The contract must be locked, or two buyers who pay
 * at once would not see each other.
 */
export async function reportToOpenMeter(ctx: Context, openmeterInvoiceId: string): Promise<void> {
  const trigger = standingOf((await findByOpenMeterId(ctx, openmeterInvoiceId)).map(({ state }) => state))
  if (trigger === null) {
    await cancel(ctx, { kind: REPORT_PAYMENT, key: openmeterInvoiceId })
    return
  }
  const data = { openmeter_invoice_id: openmeterInvoiceId, trigger }
  await schedule(ctx, { kind: REPORT_PAYMENT, key: openmeterInvoiceId, dueAt: ctx.now(), data })
}
