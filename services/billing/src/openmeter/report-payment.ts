import { activity } from '@draupnir/clock'
import { type OpenMeter, reached, sent } from '@draupnir/openmeter'
import { HOUR_MS, SECOND_MS } from '@draupnir/time'
import { z } from 'zod'
import { type PaymentTrigger, REPORT_PAYMENT } from './report.ts'

const schema = z.object({ openmeter_invoice_id: z.string(), trigger: z.enum(['paid', 'payment_overdue']) })
const STATUS: Record<PaymentTrigger, string> = { paid: 'paid', payment_overdue: 'overdue' }

/** Tells OpenMeter how a payment stands. A repeated trigger is refused by OpenMeter, so what it knows already is not told again. */
export function reportPayment(om: OpenMeter) {
  return activity(REPORT_PAYMENT, schema, {
    perform: async (_ctx, data) => {
      const invoice = await reached('invoices.get', () => om.billing.invoices.get(data.openmeter_invoice_id))
      const status = invoice.statusDetails.extendedStatus
      if (status === 'paid' || status === STATUS[data.trigger]) return null
      await sent('payment/status', () =>
        om.apps.customInvoicing.updatePaymentStatus(data.openmeter_invoice_id, { trigger: data.trigger }),
      )
      return null
    },
    settle: async () => undefined,
    backoff: { firstMs: 5 * SECOND_MS, factor: 2, maxMs: HOUR_MS, maxAttempts: null },
  })
}
