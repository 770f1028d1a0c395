import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { settlementSchema } from './ledger.ts'

export const SettlementOpened = defineEvent({
  type: 'ledger.settlement.opened',
  version: 1,
  aggregate: 'settlement',
  summary: 'The first payment of an invoice was split into legs.',
  data: z.object({ settlement: settlementSchema }),
  aggregateId: (data) => data.settlement.id,
})
