import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { cashOutSchema } from './cash-out.ts'

export const CashOutRequested = defineEvent({
  type: 'ledger.cash_out.requested',
  version: 1,
  aggregate: 'cash_out',
  summary: 'Available funds of a party are to be paid out.',
  data: z.object({ cash_out: cashOutSchema }),
  aggregateId: (data) => data.cash_out.id,
})
