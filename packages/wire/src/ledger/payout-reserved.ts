import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, moneyField } from '../fields.ts'

export const PayoutReserved = defineEvent({
  type: 'ledger.payout.reserved',
  version: 1,
  aggregate: 'payout_reserve',
  summary: 'Funds are in transit to the bank for a payout.',
  data: z.object({
    payout_id: idField('payout'),
    party_id: idField('party'),
    amount: moneyField,
    transaction_id: idField('transaction'),
  }),
  aggregateId: (data) => data.payout_id,
})
