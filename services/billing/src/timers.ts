import { timer } from '@draupnir/clock'
import type { OpenMeter } from '@draupnir/openmeter'
import { idField } from '@draupnir/wire'
import { z } from 'zod'
import { CONTRACT_END } from './contract/contract-end.ts'
import { updateBillingStatus } from './contract/update-billing-status.ts'
import { INVOICE_DUE } from './invoice/invoice-due.ts'
import { markPastDue } from './invoice/mark-past-due.ts'
import { pollInvoices } from './openmeter/poll-invoices.ts'
import { prepareOpenMeter, type WebhookTarget } from './openmeter/prepare-openmeter.ts'
import { refreshInvoice } from './openmeter/refresh-invoice.ts'
import { reportPayment } from './openmeter/report-payment.ts'

/** Everything that happens by itself. */
export function timers(om: OpenMeter, webhook: WebhookTarget) {
  return [
    timer(INVOICE_DUE, z.object({ invoice_id: idField('invoice') }), (ctx, data) => markPastDue(ctx, data.invoice_id)),
    timer(CONTRACT_END, z.object({ contract_id: idField('contract') }), (ctx, data) =>
      updateBillingStatus(ctx, data.contract_id),
    ),
    refreshInvoice(om),
    reportPayment(om),
    prepareOpenMeter(om, webhook),
    pollInvoices(om),
  ]
}
