import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { settlementSchema } from './ledger.ts'

export const SettlementCompleted = defineEvent({
  type: 'ledger.settlement.completed',
  version: 1,
  aggregate: 'settlement',
  summary: 'The whole invoice is paid, and every leg of its settlement is booked or released.',
  data: z.object({ settlement: settlementSchema }),
  aggregateId: (data) => data.settlement.id,
})
