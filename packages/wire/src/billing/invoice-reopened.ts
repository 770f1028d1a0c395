import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, moneyField } from '../fields.ts'
import { invoiceSchema } from './invoice.ts'

export const InvoiceReopened = defineEvent({
  type: 'billing.invoice.reopened',
  version: 1,
  aggregate: 'invoice',
  summary: 'What was paid, or a part of it, was taken back: the buyer owes it again.',
  data: z.object({
    invoice: invoiceSchema,
    collection_id: idField('collection'),
    amount: moneyField,
    reason: z.string(),
  }),
  aggregateId: (data) => data.invoice.id,
})
