import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, moneyField } from '../fields.ts'

export const CollectionReversed = defineEvent({
  type: 'ledger.collection.reversed',
  version: 1,
  aggregate: 'collection',
  summary: 'What was committed to an invoice was taken back before it was settled; it never will be.',
  data: z.object({
    collection_id: idField('collection'),
    invoice_id: idField('invoice'),
    buyer_id: idField('party'),
    amount: moneyField,
    reason: z.string(),
    pay_in_id: idField('payIn'),
  }),
  aggregateId: (data) => data.collection_id,
})
