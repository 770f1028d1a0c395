import { activity } from '@draupnir/clock'
import { type OpenMeter, orMissing } from '@draupnir/openmeter'
import { HOUR_MS, SECOND_MS } from '@draupnir/time'
import { z } from 'zod'
import { issueInvoice } from '../invoice/issue-invoice.ts'
import { ratedInvoice } from '../invoice/rated-invoice.ts'
import { REFRESH_INVOICE } from './request-refresh.ts'

const schema = z.object({ openmeter_invoice_id: z.string() })

/** Looks at an invoice of OpenMeter and issues ours when it is owed. */
export function refreshInvoice(om: OpenMeter) {
  return activity(REFRESH_INVOICE, schema, {
    perform: async (_ctx, data) => {
      const invoice = await orMissing('invoices.get', () => om.billing.invoices.get(data.openmeter_invoice_id))
      return invoice === null ? null : ratedInvoice(invoice)
    },
    settle: async (ctx, _data, rated) => {
      if (rated !== null) await issueInvoice(ctx, rated)
    },
    backoff: { firstMs: 5 * SECOND_MS, factor: 2, maxMs: HOUR_MS, maxAttempts: null },
  })
}
