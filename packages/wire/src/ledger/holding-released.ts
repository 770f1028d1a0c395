import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, instantField, moneyField } from '../fields.ts'

export const HoldingReleased = defineEvent({
  type: 'ledger.holding.released',
  version: 1,
  aggregate: 'settlement',
  summary: 'A seasoned leg became available to its party.',
  data: z.object({
    settlement_id: idField('settlement'),
    leg_id: idField('settlementLeg'),
    party_id: idField('party'),
    /** What became available: less what was kept for what the party owes. */
    amount: moneyField,
    recouped: moneyField,
    transaction_id: idField('transaction'),
    released_at: instantField,
  }),
  aggregateId: (data) => data.settlement_id,
})
