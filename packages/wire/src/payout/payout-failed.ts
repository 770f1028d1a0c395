import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { payoutSchema } from './payout.ts'

export const PayoutFailed = defineEvent({
  type: 'payout.payout.failed',
  version: 1,
  aggregate: 'payout',
  summary: 'A payout did not reach the bank account; the funds go back.',
  data: z.object({ payout: payoutSchema }),
  aggregateId: (data) => data.payout.id,
})
