import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, moneyField } from '../fields.ts'
import { invoiceSchema } from './invoice.ts'

export const InvoicePartiallyPaid = defineEvent({
  type: 'billing.invoice.partially_paid',
  version: 1,
  aggregate: 'invoice',
  summary: 'A part of the total was collected: that part is settled, the rest is still owed.',
  data: z.object({ invoice: invoiceSchema, collection_id: idField('collection'), amount: moneyField }),
  aggregateId: (data) => data.invoice.id,
})
