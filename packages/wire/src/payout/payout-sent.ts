import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { payoutSchema } from './payout.ts'

export const PayoutSent = defineEvent({
  type: 'payout.payout.sent',
  version: 1,
  aggregate: 'payout',
  summary: 'The bank partner took a payout.',
  data: z.object({ payout: payoutSchema }),
  aggregateId: (data) => data.payout.id,
})
