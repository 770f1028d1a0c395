import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { payInSchema } from './payout.ts'

export const PayInCleared = defineEvent({
  type: 'payout.pay_in.cleared',
  version: 1,
  aggregate: 'pay_in',
  summary: 'The bank credited a pay-in.',
  data: z.object({ pay_in: payInSchema }),
  aggregateId: (data) => data.pay_in.id,
})
