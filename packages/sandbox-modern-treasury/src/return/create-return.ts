import type ModernTreasury from 'modern-treasury'
import { z } from 'zod'
import { invalid } from '../api/errors.ts'
import { date, uuid } from '../api/fields.ts'
import type { Unit } from '../api/unit.ts'
import { nextMinute } from '../calendar/banking-day.ts'
import { publish } from '../event/publish.ts'
import { findWhere, insert, lock } from '../store/resource.ts'
import { later } from '../work/kinds.ts'
import { RETURN_REASONS, type ReturnCode } from './codes.ts'
import { returnObject } from './return.ts'

const CODES = Object.keys(RETURN_REASONS) as [ReturnCode, ...ReturnCode[]]

export const CreateReturn = z.looseObject({
  returnable_id: uuid,
  returnable_type: z.literal('incoming_payment_detail'),
  code: z.enum(CODES).nullish(),
  reason: z.string().nullish(),
  date_of_death: date.nullish(),
})

/** We send an ACH payment somebody made or pulled back; the bank does so in the next minute. */
export async function createReturn(
  unit: Unit,
  input: z.infer<typeof CreateReturn>,
): Promise<ModernTreasury.ReturnObject> {
  const { body: detail } = await lock(unit, 'incoming_payment_detail', input.returnable_id)
  if (detail.status !== 'completed') invalid('returnable_id', `The incoming payment is ${detail.status}`)
  if (detail.type !== 'ach') invalid('returnable_id', `An incoming ${detail.type} cannot be returned`)
  if (!input.code) return invalid('code', 'An ACH return needs a code')
  const [other] = await findWhere(unit, 'return', { returnable_id: detail.id })
  if (other) invalid('returnable_id', 'The incoming payment is being returned already')
  const created = returnObject(unit, {
    returnable: { type: 'incoming_payment_detail', id: detail.id },
    code: input.code,
    reason: input.reason ?? RETURN_REASONS[input.code],
    type: 'ach',
    role: 'originating',
    amount: detail.amount,
    currency: detail.currency ?? 'USD',
    internalAccountId: detail.internal_account_id,
  })
  const dated = { ...created, date_of_death: input.date_of_death ?? null }
  await insert(unit, 'return', dated, { counterpartyId: detail.virtual_account?.counterparty_id ?? null })
  await publish(unit, 'return', 'created', dated)
  await later(unit, 'return.complete', dated.id, nextMinute(unit.now))
  return dated
}
