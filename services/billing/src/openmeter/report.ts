import { schedule } from '@draupnir/clock'
import type { Context } from '@draupnir/db'

export const REPORT_PAYMENT = 'billing.report-payment'

/** How a payment stands, in OpenMeter's words. */
export type PaymentTrigger = 'paid' | 'payment_overdue'

/** Asks for OpenMeter to be told; the newest trigger of an invoice replaces an older one not yet told. */
export async function reportToOpenMeter(
  ctx: Context,
  openmeterInvoiceId: string,
  trigger: PaymentTrigger,
): Promise<void> {
  const data = { openmeter_invoice_id: openmeterInvoiceId, trigger }
  await schedule(ctx, { kind: REPORT_PAYMENT, key: openmeterInvoiceId, dueAt: ctx.now(), data })
}
