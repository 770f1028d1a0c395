import { activity } from '@draupnir/clock'
import { Transient } from '@draupnir/errors'
import { type OpenMeter, orMissing, sent } from '@draupnir/openmeter'
import { HOUR_MS, SECOND_MS } from '@draupnir/time'
import { z } from 'zod'
import { issueInvoice } from '../invoice/issue-invoice.ts'
import { type OpenMeterInvoice, ratedInvoice } from '../invoice/rated-invoice.ts'
import { REFRESH_INVOICE } from './request-refresh.ts'

const schema = z.object({ openmeter_invoice_id: z.string() })

/** Looks at an invoice of OpenMeter and issues ours when it is owed; one that OpenMeter could not finish is retried there. */
export function refreshInvoice(om: OpenMeter) {
  return activity(REFRESH_INVOICE, schema, {
    perform: async (_ctx, data) => {
      const invoice = await orMissing('invoices.get', () => om.billing.invoices.get(data.openmeter_invoice_id))
      if (invoice === null) return null
      if (!hasFailed(invoice)) return ratedInvoice(invoice)
      return ratedInvoice(await retried(om, invoice))
    },
    settle: async (ctx, _data, rated) => {
      if (rated !== null) await issueInvoice(ctx, rated)
    },
    backoff: { firstMs: 5 * SECOND_MS, factor: 2, maxMs: HOUR_MS, maxAttempts: null },
  })
}

// A payment that failed is not for us to retry: the ledger collects.
const FAILED = /^(draft|issuing)\..*(failed|invalid)$/

function hasFailed({ statusDetails }: OpenMeterInvoice): boolean {
  return FAILED.test(statusDetails.extendedStatus)
}

async function retried(om: OpenMeter, { id, statusDetails }: OpenMeterInvoice): Promise<OpenMeterInvoice> {
  await sent('invoices.retry', () => om.billing.invoices.retry(id))
  const invoice = await orMissing('invoices.get', () => om.billing.invoices.get(id))
  if (invoice !== null && !hasFailed(invoice)) return invoice
  throw new Transient(
    'billing.openmeter-invoice-failed',
    `OpenMeter invoice ${id} was ${statusDetails.extendedStatus} and is so again`,
  )
}
