import { z } from 'zod'
import { invalid } from '../api/errors.ts'
import { amount, currency, date, direction, uuid } from '../api/fields.ts'
import type { Unit } from '../api/unit.ts'
import { nextMinute } from '../calendar/banking-day.ts'
import { find } from '../store/resource.ts'
import { later } from '../work/kinds.ts'

export const IPD_TYPES = ['ach', 'book', 'check', 'rtp', 'wire'] as const

/** The specification requires nothing; a payment without type, direction, amount and account says nothing, so they are required here. */
export const SimulateIncomingPayment = z.looseObject({
  type: z.enum(IPD_TYPES),
  direction,
  amount,
  currency: currency.default('USD'),
  internal_account_id: uuid.optional(),
  virtual_account_id: uuid.nullish(),
  as_of_date: date.nullish(),
  description: z.string().nullish(),
  data: z.record(z.string(), z.json()).nullish(),
})
export type SimulateIncomingPayment = z.infer<typeof SimulateIncomingPayment>

/** Somebody pays into our account or pulls from it: the bank hears of it in the next minute. */
export async function simulateIncomingPayment(
  unit: Unit,
  input: SimulateIncomingPayment,
): Promise<{ id: string; object: string }> {
  const id = unit.newId()
  const internalAccountId = await targetOf(unit, input)
  const arrival: Arrival = {
    type: input.type,
    direction: input.direction,
    amount: input.amount,
    currency: input.currency,
    internalAccountId,
    virtualAccountId: input.virtual_account_id ?? null,
    asOfDate: input.as_of_date ?? null,
    description: input.description ?? null,
    data: input.data ?? {},
  }
  await later(unit, 'incoming_payment_detail.arrive', id, nextMinute(unit.now), arrival)
  return { id, object: 'incoming_payment_detail' }
}

/** What waits until the payment arrives. */
export const Arrival = z.object({
  type: z.enum(IPD_TYPES),
  direction,
  amount,
  currency,
  internalAccountId: z.string(),
  virtualAccountId: z.string().nullable(),
  asOfDate: z.string().nullable(),
  description: z.string().nullable(),
  data: z.record(z.string(), z.json()),
})
export type Arrival = z.infer<typeof Arrival>

async function targetOf(unit: Unit, input: SimulateIncomingPayment): Promise<string> {
  const virtual = input.virtual_account_id ? await find(unit, 'virtual_account', input.virtual_account_id) : null
  if (virtual === undefined) invalid('virtual_account_id', 'The virtual account could not be found')
  const id = input.internal_account_id ?? virtual?.body.internal_account_id
  if (id === undefined) return invalid('internal_account_id', 'An internal or a virtual account is required')
  const internal = await find(unit, 'internal_account', id)
  if (!internal) return invalid('internal_account_id', 'The internal account could not be found')
  if (virtual && virtual.body.internal_account_id !== id) {
    invalid('virtual_account_id', 'The virtual account belongs to another internal account')
  }
  return id
}
