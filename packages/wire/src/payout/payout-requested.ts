import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { payoutSchema } from './payout.ts'

export const PayoutRequested = defineEvent({
  type: 'payout.payout.requested',
  version: 1,
  aggregate: 'payout',
  summary: 'Released funds are to be paid out.',
  data: z.object({ payout: payoutSchema }),
  aggregateId: (data) => data.payout.id,
})
