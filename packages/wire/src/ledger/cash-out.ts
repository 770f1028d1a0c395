import { z } from 'zod'
import { idField, instantField, positiveMoneyField } from '../fields.ts'

/** When a party’s earnings are cashed out. */
export const cashOutScheduleSchema = z.enum(['on_release', 'daily', 'weekly', 'threshold', 'on_request'])

/** What of a released settlement leg is cashed out. */
export const cashOutLegSchema = z.object({
  settlement_id: idField('settlement'),
  leg_id: idField('settlementLeg'),
  amount: positiveMoneyField,
})

export const cashOutSchema = z.object({
  id: idField('cashOut'),
  party_id: idField('party'),
  amount: positiveMoneyField,
  /** The schedule that asked for it; `on_request` when a person did. */
  policy: cashOutScheduleSchema,
  state: z.enum(['requested', 'reserved', 'paid_out', 'failed']),
  failure: z.string().nullable(),
  payout_id: idField('payout').nullable(),
  /** Oldest first; they sum to less than the amount when part of it was earned by no settlement. */
  legs: z.array(cashOutLegSchema),
  requested_by: z.string(),
  requested_at: instantField,
  /** When the bank executed it, or it failed. */
  ended_at: instantField.nullable(),
})

export type CashOut = z.infer<typeof cashOutSchema>
export type CashOutLeg = z.infer<typeof cashOutLegSchema>
export type CashOutSchedule = z.infer<typeof cashOutScheduleSchema>
