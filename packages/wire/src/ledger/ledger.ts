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

/** A part of a leg that was taken back, from which account, because of which pay-in. */
export const legReversalSchema = z.object({
  transaction_id: idField('transaction'),
  pay_in_id: idField('payIn'),
  from: accountRefSchema,
  amount: moneyField,
  reversed_at: instantField,
})

export const settlementLegSchema = z.object({
  id: idField('settlementLeg'),
  /** The payment it is a part of. */
  collection_id: idField('collection'),
  kind: z.enum(['seller_net', 'partner', 'referral', 'host', 'platform_fee']),
  from: accountRefSchema,
  to: accountRefSchema,
  party_id: idField('party').nullable(),
  amount: moneyField,
  /** What of the amount was taken back. */
  reversed_amount: moneyField,
  /** `reversed` once all of it was taken back. */
  state: z.enum(['seasoning', 'booked', 'released', 'reversed']),
  /** When a seasoning leg matures; null for legs that need no seasoning. */
  due_at: instantField.nullable(),
  /** What set the maturity at first: the rail that rests longest of those that paid, the party's risk tier, the policy. */
  seasoning: z
    .object({
      rail: z.enum(['ach', 'wire', 'card', 'crypto', 'other']),
      risk_tier: z.enum(['trusted', 'standard', 'elevated', 'high']),
      policy_version: z.number().int().positive(),
    })
    .nullable(),
  transaction_id: idField('transaction'),
  released_by: idField('transaction').nullable(),
  reversals: z.array(legReversalSchema),
})

/** A part of an invoice that was collected, and split into legs. */
export const settlementPaymentSchema = z.object({
  collection_id: idField('collection'),
  amount: moneyField,
  reversed_amount: moneyField,
  transaction_id: idField('transaction'),
  settled_at: instantField,
})

export const SETTLEMENT_STATES = ['seasoning', 'awaiting_payment', 'completed'] as const

export const settlementSchema = z.object({
  id: idField('settlement'),
  invoice_id: idField('invoice'),
  contract_id: idField('contract'),
  buyer_id: idField('party'),
  /** The total of the invoice: what the payments come to in the end. */
  gross: moneyField,
  /** What was paid so far and not taken back. */
  settled: moneyField,
  /** `seasoning` while a leg does, `awaiting_payment` while nothing does and not all is paid. */
  state: z.enum(SETTLEMENT_STATES),
  opened_at: instantField,
  completed_at: instantField.nullable(),
  payments: z.array(settlementPaymentSchema).min(1),
  legs: z.array(settlementLegSchema).min(1),
})

export type Posting = z.infer<typeof postingSchema>
export type LedgerTransaction = z.infer<typeof transactionSchema>
export type Settlement = z.infer<typeof settlementSchema>
export type SettlementLeg = z.infer<typeof settlementLegSchema>
export type SettlementPayment = z.infer<typeof settlementPaymentSchema>
