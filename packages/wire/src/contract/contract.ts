import { z } from 'zod'
import { currencyField, decimalField, idField, instantField, rateField, textField, unitPriceField } from '../fields.ts'

/** What one line costs; `unit_price` is per unit of `quantity` (per GPU-hour for usage). */
export const priceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('flat_recurring'), unit_price: unitPriceField }),
  z.strictObject({ type: z.literal('flat_once'), unit_price: unitPriceField }),
  z.strictObject({ type: z.literal('usage'), unit: z.literal('gpu_hour'), unit_price: unitPriceField }),
])

export const contractLineSchema = z.object({
  id: idField('contractLine'),
  seller_id: idField('party'),
  sku: textField(64),
  description: textField(),
  /** Units sold at a flat price; for a usage line the factor is the metered usage and this is 1. */
  quantity: decimalField,
  price: priceSchema,
  device_ids: z.array(idField('device')).max(1000),
})

export const lifecycleSchema = z.enum(['draft', 'active', 'ended'])

export const contractSchema = z.object({
  id: idField('contract'),
  buyer_id: idField('party'),
  currency: currencyField,
  lifecycle: lifecycleSchema,
  /** Billing cadence, ISO 8601. */
  cadence: z.enum(['P1W', 'P1M', 'P3M', 'P1Y']),
  /** Days from issue to due date of an invoice. */
  net_days: z.number().int().min(0).max(120),
  collection_method: z.enum(['wallet']),
  /** The platform's share of each invoice line. */
  platform_fee_rate: rateField,
  /** IANA zone of the billing calendar. */
  time_zone: z.string(),
  /** Start of the first billing period; null until active. */
  billing_anchor: instantField.nullable(),
  activated_at: instantField.nullable(),
  ends_at: instantField.nullable(),
  lines: z.array(contractLineSchema),
  /** Number of edits in the log. */
  version: z.number().int().positive(),
})

export type Price = z.infer<typeof priceSchema>
export type ContractLine = z.infer<typeof contractLineSchema>
export type ContractState = z.infer<typeof contractSchema>

/** Carried by every event of an edit. */
export const editSchema = z.object({
  id: idField('contractEdit'),
  operation: z.string(),
  effective_at: instantField,
  recorded_at: instantField,
  actor: z.string(),
})
