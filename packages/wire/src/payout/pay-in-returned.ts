import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { instantField } from '../fields.ts'
import { payInSchema } from './payout.ts'

export const PayInReturned = defineEvent({
  type: 'payout.pay_in.returned',
  version: 1,
  aggregate: 'pay_in',
  summary: 'The bank of the payer took a cleared pay-in back.',
  /** The code of the return (`R01`), or what the bank says instead of one. */
  data: z.object({ pay_in: payInSchema, reason_code: z.string(), returned_at: instantField }),
  aggregateId: (data) => data.pay_in.id,
})
