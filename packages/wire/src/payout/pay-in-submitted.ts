import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { payInSchema } from './payout.ts'

export const PayInSubmitted = defineEvent({
  type: 'payout.pay_in.submitted',
  version: 1,
  aggregate: 'pay_in',
  summary: 'A pay-in will be pulled from a bank account.',
  data: z.object({ pay_in: payInSchema }),
  aggregateId: (data) => data.pay_in.id,
})
