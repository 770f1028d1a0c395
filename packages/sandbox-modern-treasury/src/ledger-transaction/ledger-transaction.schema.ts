import { z } from 'zod'
import { date, dateTime, direction, externalId, metadata, uuid } from '../api/fields.ts'

const MAX_ENTRIES = 1000

const Condition = z.partialRecord(z.enum(['gt', 'gte', 'lt', 'lte', 'eq', 'not_eq']), z.int()).nullish()

const LedgerEntryInput = z.looseObject({
  amount: z.int().min(0, 'Ledger entries must have nonnegative amounts').max(Number.MAX_SAFE_INTEGER),
  direction,
  ledger_account_id: uuid,
  lock_version: z.int().nullish(),
  pending_balance_amount: Condition,
  posted_balance_amount: Condition,
  available_balance_amount: Condition,
  show_resulting_ledger_account_balances: z.boolean().nullish(),
  metadata: metadata.default({}),
})
export type LedgerEntryInput = z.infer<typeof LedgerEntryInput>

const entries = z.array(LedgerEntryInput).min(1).max(MAX_ENTRIES)
const ledgerableType = z.enum(['expected_payment', 'incoming_payment_detail', 'payment_order', 'return', 'reversal'])

export const CreateLedgerTransaction = z.looseObject({
  description: z.string().nullish(),
  status: z.enum(['pending', 'posted']).default('pending'),
  metadata: metadata.default({}),
  effective_at: dateTime.optional(),
  effective_date: date.optional(),
  ledger_entries: entries,
  external_id: externalId.optional(),
  ledgerable_type: ledgerableType.optional(),
  ledgerable_id: uuid.optional(),
})
export type CreateLedgerTransaction = z.infer<typeof CreateLedgerTransaction>

export const UpdateLedgerTransaction = z.looseObject({
  description: z.string().nullish(),
  status: z.enum(['pending', 'posted', 'archived']).optional(),
  metadata: metadata.optional(),
  effective_at: dateTime.optional(),
  ledger_entries: entries.optional(),
})
export type UpdateLedgerTransaction = z.infer<typeof UpdateLedgerTransaction>

export const PartiallyPost = z.looseObject({
  posted_ledger_entries: z
    .array(
      z.looseObject({ amount: z.int().min(0), direction, ledger_account_id: uuid, metadata: metadata.default({}) }),
    )
    .min(1)
    .max(MAX_ENTRIES),
  description: z.string().max(1000).optional(),
  effective_at: dateTime.optional(),
  metadata: metadata.default({}),
})

export const ReverseLedgerTransaction = z.looseObject({
  description: z.string().optional(),
  status: z.enum(['pending', 'posted']).default('posted'),
  metadata: metadata.default({}),
  effective_at: dateTime.nullish(),
  external_id: externalId.optional(),
  ledgerable_type: ledgerableType.optional(),
  ledgerable_id: uuid.optional(),
})
