import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, instantField, positiveMoneyField } from '../fields.ts'
import { accountRefSchema } from './ledger.ts'

export const PayInReversed = defineEvent({
  type: 'ledger.pay_in.reversed',
  version: 1,
  aggregate: 'pay_in_reversal',
  summary: 'A returned pay-in was taken back: from where, in the order of recourse.',
  data: z.object({
    pay_in_id: idField('payIn'),
    party_id: idField('party'),
    amount: positiveMoneyField,
    reason_code: z.string(),
    transaction_id: idField('transaction'),
    reversed_at: instantField,
    taken: z.array(z.object({ account: accountRefSchema, amount: positiveMoneyField })).min(1),
  }),
  aggregateId: (data) => data.pay_in_id,
})
