import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { payoutSchema } from './payout.ts'

export const PayoutSettled = defineEvent({
  type: 'payout.payout.settled',
  version: 1,
  aggregate: 'payout',
  summary: 'The bank executed a payout.',
  data: z.object({ payout: payoutSchema }),
  aggregateId: (data) => data.payout.id,
})
