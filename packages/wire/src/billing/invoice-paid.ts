import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField } from '../fields.ts'
import { invoiceSchema } from './invoice.ts'

export const InvoicePaid = defineEvent({
  type: 'billing.invoice.paid',
  version: 1,
  aggregate: 'invoice',
  summary: 'The whole total is collected: what was collected last is settled.',
  data: z.object({ invoice: invoiceSchema, collection_id: idField('collection').nullable() }),
  aggregateId: (data) => data.invoice.id,
})
