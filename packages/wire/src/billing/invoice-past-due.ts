import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { invoiceSchema } from './invoice.ts'

export const InvoicePastDue = defineEvent({
  type: 'billing.invoice.past_due',
  version: 1,
  aggregate: 'invoice',
  summary: 'The due date passed without payment.',
  data: z.object({ invoice: invoiceSchema }),
  aggregateId: (data) => data.invoice.id,
})
