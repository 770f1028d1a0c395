import { component } from '@draupnir/http'
import { instantField, transactionSchema } from '@draupnir/wire'
import { z } from 'zod'
import type { Transaction } from './transaction.ts'
import { wireTransaction } from './transaction.wire.ts'

export const transactionResource = component(
  'LedgerTransaction',
  transactionSchema.extend({
    /** What it was booked for: `pin_…`, `col_…`, `inv_…`, `leg_…`, `pyo_…`. */
    reference: z.string().nullable(),
    actor: z.string(),
    undoes: z.string().nullable(),
    expires_at: instantField.nullable(),
    resolved_by: z.string().nullable(),
    resolved_at: instantField.nullable(),
  }),
)

export function resourceOf(transaction: Transaction) {
  const { reference, actor, undoes, expiresAt, resolvedBy, resolvedAt } = transaction
  const rest = { reference, actor, undoes, expires_at: expiresAt, resolved_by: resolvedBy, resolved_at: resolvedAt }
  return { ...wireTransaction(transaction), ...rest }
}
