import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, moneyField } from '../fields.ts'

export const CollectionRefused = defineEvent({
  type: 'ledger.collection.refused',
  version: 1,
  aggregate: 'collection',
  summary: 'The wallet of the buyer cannot cover an invoice.',
  data: z.object({
    collection_id: idField('collection'),
    invoice_id: idField('invoice'),
    buyer_id: idField('party'),
    amount: moneyField,
    available: moneyField,
    code: z.string(),
  }),
  aggregateId: (data) => data.collection_id,
})
