import { toWire } from '@draupnir/money'
import { idField, instantField, moneyField } from '@draupnir/wire'
import { z } from 'zod'
import type { CollectionRow } from './collection.store.ts'

export const collectionResource = z.object({
  id: idField('collection'),
  attempt: z.number().int(),
  state: z.enum(['requested', 'committed', 'refused', 'reversed']),
  amount: moneyField,
  /** What of a committed amount was taken back. */
  reversed_amount: moneyField,
  refusal: z.object({ code: z.string(), available: z.string() }).nullable(),
  requested_at: instantField,
  answered_at: instantField.nullable(),
})

export function resourceOf(row: CollectionRow): z.infer<typeof collectionResource> {
  const { id, attempt, state, amount, reversed, currency, refusal, requestedAt, answeredAt } = row
  return {
    id,
    attempt,
    state,
    amount: toWire({ amount, currency }),
    reversed_amount: toWire({ amount: reversed, currency }),
    refusal,
    requested_at: requestedAt,
    answered_at: answeredAt,
  }
}
