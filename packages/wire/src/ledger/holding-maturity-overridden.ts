import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, instantField, moneyField } from '../fields.ts'

export const HoldingMaturityOverridden = defineEvent({
  type: 'ledger.holding.maturity_overridden',
  version: 1,
  aggregate: 'settlement',
  summary: 'Somebody let a seasoning leg mature at another time, for a reason.',
  data: z.object({
    settlement_id: idField('settlement'),
    leg_id: idField('settlementLeg'),
    party_id: idField('party'),
    amount: moneyField,
    due_before: instantField,
    due_at: instantField,
    reason: z.string(),
    overridden_by: z.string(),
    overridden_at: instantField,
  }),
  aggregateId: (data) => data.settlement_id,
})
