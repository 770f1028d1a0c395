import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { invoiceSchema } from './invoice.ts'

export const InvoiceIssued = defineEvent({
  type: 'billing.invoice.issued',
  version: 1,
  aggregate: 'invoice',
  summary: 'A buyer owes the total by the due date.',
  data: z.object({ invoice: invoiceSchema }),
  aggregateId: (data) => data.invoice.id,
})
