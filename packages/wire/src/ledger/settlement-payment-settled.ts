import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { settlementPaymentSchema, settlementSchema } from './ledger.ts'

export const SettlementPaymentSettled = defineEvent({
  type: 'ledger.settlement.payment_settled',
  version: 1,
  aggregate: 'settlement',
  summary: 'A further payment of an invoice was split into legs.',
  data: z.object({ settlement: settlementSchema, payment: settlementPaymentSchema }),
  aggregateId: (data) => data.settlement.id,
})
