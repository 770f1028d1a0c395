import { z } from 'zod'
import { currencyField, idField, instantField, positiveMoneyField, textField } from '../fields.ts'
import { cashOutLegSchema } from '../ledger/cash-out.ts'

export const bankAccountSchema = z.object({
  id: idField('bankAccount'),
  party_id: idField('party'),
  currency: currencyField,
  account_type: z.enum(['checking', 'savings']),
  /** Last four digits; the number itself is known to the bank partner only. */
  last4: z.string().regex(/^\d{4}$/),
  state: z.enum(['pending', 'active', 'failed']),
  failure: z.string().nullable(),
})

export const partySchema = z.object({
  id: idField('party'),
  name: textField(),
  kind: z.enum(['business', 'individual']),
  roles: z.array(z.enum(['buyer', 'seller'])).min(1),
  email: z.string(),
  state: z.enum(['pending', 'onboarded', 'failed']),
  failure: z.string().nullable(),
  created_at: instantField,
})

export const payInSchema = z.object({
  id: idField('payIn'),
  party_id: idField('party'),
  bank_account_id: idField('bankAccount'),
  rail: z.enum(['ach']),
  amount: positiveMoneyField,
  state: z.enum(['submitted', 'processing', 'cleared', 'failed']),
  failure: z.string().nullable(),
  payment_order_id: z.string().nullable(),
  created_at: instantField,
  cleared_at: instantField.nullable(),
})

export const payoutSchema = z.object({
  id: idField('payout'),
  party_id: idField('party'),
  bank_account_id: idField('bankAccount').nullable(),
  rail: z.enum(['ach']),
  amount: positiveMoneyField,
  state: z.enum(['requested', 'reserved', 'sent', 'settled', 'failed']),
  failure: z.string().nullable(),
  payment_order_id: z.string().nullable(),
  /** The cash-out it carries out, and the settlement legs that are paid out. */
  source: z.object({ cash_out_id: idField('cashOut'), legs: z.array(cashOutLegSchema) }),
  created_at: instantField,
  settled_at: instantField.nullable(),
})

export type BankAccount = z.infer<typeof bankAccountSchema>
export type Party = z.infer<typeof partySchema>
export type PayIn = z.infer<typeof payInSchema>
export type Payout = z.infer<typeof payoutSchema>
