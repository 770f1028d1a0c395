import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { payInSchema } from './payout.ts'

export const PayInFailed = defineEvent({
  type: 'payout.pay_in.failed',
  version: 1,
  aggregate: 'pay_in',
  summary: 'A pay-in will never clear.',
  data: z.object({ pay_in: payInSchema }),
  aggregateId: (data) => data.pay_in.id,
})
