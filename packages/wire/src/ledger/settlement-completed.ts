import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { settlementSchema } from './ledger.ts'

export const SettlementCompleted = defineEvent({
  type: 'ledger.settlement.completed',
  version: 1,
  aggregate: 'settlement',
  summary: 'Every leg of a settlement is booked or released.',
  data: z.object({ settlement: settlementSchema }),
  aggregateId: (data) => data.settlement.id,
})
