import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { collectionSchema } from './invoice.ts'

export const CollectionRequested = defineEvent({
  type: 'billing.collection.requested',
  version: 1,
  aggregate: 'invoice',
  summary: 'Billing asks the ledger to commit the funds of a buyer for an invoice.',
  data: z.object({ collection: collectionSchema }),
  aggregateId: (data) => data.collection.invoice_id,
})
