import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { settlementSchema } from './ledger.ts'

export const SettlementOpened = defineEvent({
  type: 'ledger.settlement.opened',
  version: 1,
  aggregate: 'settlement',
  summary: 'A paid invoice was split into legs.',
  data: z.object({ settlement: settlementSchema }),
  aggregateId: (data) => data.settlement.id,
})
