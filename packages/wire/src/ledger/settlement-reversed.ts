import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, moneyField } from '../fields.ts'
import { settlementSchema } from './ledger.ts'

export const SettlementReversed = defineEvent({
  type: 'ledger.settlement.reversed',
  version: 1,
  aggregate: 'settlement',
  summary: 'A payment was taken back, in whole or in part: its legs are unwound and that much is owed again.',
  data: z.object({
    settlement: settlementSchema,
    /** How much of which payment was taken back now. */
    payment: z.object({ collection_id: idField('collection'), amount: moneyField }),
    reason: z.string(),
    pay_in_id: idField('payIn'),
  }),
  aggregateId: (data) => data.settlement.id,
})
