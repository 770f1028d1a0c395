import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, moneyField } from '../fields.ts'

export const CollectionCommitted = defineEvent({
  type: 'ledger.collection.committed',
  version: 1,
  aggregate: 'collection',
  summary: 'Funds of the buyer are committed to an invoice.',
  data: z.object({
    collection_id: idField('collection'),
    invoice_id: idField('invoice'),
    buyer_id: idField('party'),
    amount: moneyField,
    transaction_id: idField('transaction'),
  }),
  aggregateId: (data) => data.collection_id,
})
