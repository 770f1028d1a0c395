import { z } from 'zod'
import { idField, instantField, moneyField, positiveMoneyField } from '../fields.ts'

/** `platform:fee_revenue:USD`, `pty_…:available:USD`: owner, account of the chart, currency. */
export const accountRefSchema = z.string().regex(/^[a-z0-9_]+:[a-z_]+(\.[a-z]+)?:[A-Z]{3,4}$/)

export const postingSchema = z.object({
  debit: accountRefSchema,
  credit: accountRefSchema,
  amount: positiveMoneyField,
})

export const transactionSchema = z.object({
  id: idField('transaction'),
  recipe: z.string(),
  state: z.enum(['pending', 'posted', 'voided']),
  /** Event id or idempotency key: one cause makes one transaction. */
  cause: z.string(),
  effective_at: instantField,
  booked_at: instantField,
  postings: z.array(postingSchema).min(1),
})

export const settlementLegSchema = z.object({
  id: idField('settlementLeg'),
  kind: z.enum(['seller_net', 'platform_fee']),
  from: accountRefSchema,
  to: accountRefSchema,
  party_id: idField('party').nullable(),
  amount: moneyField,
  state: z.enum(['seasoning', 'booked', 'released']),
  /** When a seasoning leg matures; null for legs that need no seasoning. */
  due_at: instantField.nullable(),
  transaction_id: idField('transaction'),
  released_by: idField('transaction').nullable(),
})

export const settlementSchema = z.object({
  id: idField('settlement'),
  invoice_id: idField('invoice'),
  contract_id: idField('contract'),
  buyer_id: idField('party'),
  gross: moneyField,
  state: z.enum(['seasoning', 'completed']),
  opened_at: instantField,
  completed_at: instantField.nullable(),
  legs: z.array(settlementLegSchema).min(1),
})

export type Posting = z.infer<typeof postingSchema>
export type LedgerTransaction = z.infer<typeof transactionSchema>
export type Settlement = z.infer<typeof settlementSchema>
export type SettlementLeg = z.infer<typeof settlementLegSchema>
