import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, moneyField } from '../fields.ts'

export const PayoutRefused = defineEvent({
  type: 'ledger.payout.refused',
  version: 1,
  aggregate: 'payout_reserve',
  summary: 'The available balance does not cover a payout.',
  data: z.object({
    payout_id: idField('payout'),
    party_id: idField('party'),
    amount: moneyField,
    available: moneyField,
    code: z.string(),
  }),
  aggregateId: (data) => data.payout_id,
})
