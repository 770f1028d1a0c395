import { z } from 'zod'
import { splitSchema } from '../contract/contract.ts'
import { decimalField, idField, instantField, moneyField, periodField, rateField } from '../fields.ts'

export const invoiceStateSchema = z.enum(['issued', 'partially_paid', 'paid', 'past_due'])

export const invoiceLineSchema = z.object({
  id: idField('invoiceLine'),
  contract_line_id: idField('contractLine'),
  seller_id: idField('party'),
  description: z.string(),
  quantity: decimalField,
  amount: moneyField,
  period: periodField,
})

export const invoiceSchema = z.object({
  id: idField('invoice'),
  number: z.string(),
  contract_id: idField('contract'),
  buyer_id: idField('party'),
  state: invoiceStateSchema,
  period: periodField,
  issued_at: instantField,
  due_at: instantField,
  paid_at: instantField.nullable(),
  total: moneyField,
  /** What was collected of the total and not taken back. */
  amount_paid: moneyField,
  lines: z.array(invoiceLineSchema),
  platform_fee_rate: rateField,
  /** Shares of others in each line, as the contract says; the seller has what they and the platform leave. */
  splits: z.array(splitSchema).default([]),
  openmeter_invoice_id: z.string(),
})

export const collectionSchema = z.object({
  id: idField('collection'),
  invoice_id: idField('invoice'),
  contract_id: idField('contract'),
  buyer_id: idField('party'),
  method: z.enum(['wallet']),
  amount: moneyField,
  /** 1 for the first attempt. */
  attempt: z.number().int().positive(),
})

export const billingStatusSchema = z.enum(['none', 'current', 'due', 'past_due', 'delinquent', 'settled'])

export type Invoice = z.infer<typeof invoiceSchema>
export type InvoiceLine = z.infer<typeof invoiceLineSchema>
export type Collection = z.infer<typeof collectionSchema>
export type BillingStatus = z.infer<typeof billingStatusSchema>
