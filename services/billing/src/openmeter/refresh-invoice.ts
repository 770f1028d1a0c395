import { activity, schedule } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import { type OpenMeter, orMissing } from '@draupnir/openmeter'
import { HOUR_MS, SECOND_MS } from '@draupnir/time'
import { z } from 'zod'
import { issueInvoice } from '../invoice/issue-invoice.ts'
import { readInvoice } from '../invoice/rated-invoice.ts'

export const REFRESH_INVOICE = 'billing.refresh-invoice'
const schema = z.object({ openmeter_invoice_id: z.string() })

/** A webhook or the poll says that an invoice changed; the message is a hint, what OpenMeter answers now is the truth. */
export async function requestRefresh(ctx: Context, openmeterInvoiceId: string): Promise<void> {
  const data = { openmeter_invoice_id: openmeterInvoiceId }
  await schedule(ctx, { kind: REFRESH_INVOICE, key: openmeterInvoiceId, dueAt: ctx.now(), data })
}

export function refreshInvoice(om: OpenMeter) {
  return activity(REFRESH_INVOICE, schema, {
    perform: async (_ctx, data) => {
      const invoice = await orMissing('invoices.get', () => om.billing.invoices.get(data.openmeter_invoice_id))
      return invoice === null ? null : readInvoice(invoice)
    },
    settle: async (ctx, _data, rated) => {
      if (rated !== null) await issueInvoice(ctx, rated)
    },
    backoff: { firstMs: 5 * SECOND_MS, factor: 2, maxMs: HOUR_MS, maxAttempts: null },
  })
}
