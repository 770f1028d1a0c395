import { schedule } from '@draupnir/clock'
import type { Context } from '@draupnir/db'

export const REFRESH_INVOICE = 'billing.refresh-invoice'

/** A webhook or the poll says that an invoice changed; the message is a hint, what OpenMeter answers now is the truth. */
export async function requestRefresh(ctx: Context, openmeterInvoiceId: string): Promise<void> {
  const data = { openmeter_invoice_id: openmeterInvoiceId }
  await schedule(ctx, { kind: REFRESH_INVOICE, key: openmeterInvoiceId, dueAt: ctx.now(), data })
}
