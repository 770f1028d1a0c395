import { z } from 'zod'
import {
  currencyField,
  decimalField,
  idField,
  instantField,
  moneyField,
  periodField,
  rateField,
  textField,
  unitPriceField,
} from '../fields.ts'

/** What one line costs; `unit_price` is per unit of `quantity` (per GPU-hour for usage). */
export const priceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('flat_recurring'), unit_price: unitPriceField }),
  z.strictObject({ type: z.literal('flat_once'), unit_price: unitPriceField }),
  z.strictObject({
    type: z.literal('usage'),
    unit: z.literal('gpu_hour'),
    /** Of every GPU-hour, or of those beyond the last tier. */
    unit_price: unitPriceField,
    /** Graduated, ascending: the GPU-hours of a period up to `up_to` cost this; absent when one price holds for all. */
    tiers: z
      .array(z.strictObject({ up_to: decimalField, unit_price: unitPriceField }))
      .max(20)
      .optional(),
  }),
])

/** The share of a period in which a line must be up, and the credits for less: of the line's charge, the deepest tier that holds. */
export const slaSchema = z.strictObject({
  availability: rateField,
  excludes_maintenance: z.boolean(),
  credits: z.array(z.strictObject({ below: rateField, credit_rate: rateField })).max(10),
})

export const contractLineSchema = z.object({
  id: idField('contractLine'),
  seller_id: idField('party'),
  sku: textField(64),
  description: textField(),
  /** Units sold at a flat price; for a usage line the factor is the metered usage and this is 1. */
  quantity: decimalField,
  price: priceSchema,
  /** Off the rounded charge, rounded half away from zero. */
  discount_rate: rateField.default('0'),
  device_ids: z.array(idField('device')).max(1000),
  /** Who hosts the hardware, when it is not the seller. */
  host_id: idField('party').nullable().default(null),
  /** Instead of the contract's. */
  sla: slaSchema.nullable().default(null),
  /** From when the line is on the contract. */
  added_at: instantField.nullable().default(null),
})

export const lifecycleSchema = z.enum(['draft', 'trialing', 'active', 'suspended', 'ended'])

/** An ISO 8601 duration of calendar units, `P1Y`, `P90D`. */
export const termField = z.string().regex(/^P(?=\d)(\d{1,3}Y)?(\d{1,3}M)?(\d{1,3}W)?(\d{1,4}D)?$/)

export const splitSchema = z.strictObject({
  party_id: idField('party'),
  role: z.enum(['partner', 'referral', 'hosting']),
  rate: rateField,
})

export const installmentSchema = z.strictObject({
  due_at: instantField,
  principal: moneyField,
  interest: moneyField,
})

/** `down_payment` and the principal of the installments sum to `principal`, to the cent. */
export const financingSchema = z.strictObject({
  principal: moneyField,
  down_payment: moneyField,
  /** Yearly, `0.0725` is 7.25 %. */
  apr: rateField,
  installments: z.array(installmentSchema).min(1).max(120),
})

export const trialSchema = z.strictObject({ ends_at: instantField, on_end: z.enum(['convert', 'expire']) })

export const autoRenewSchema = z.strictObject({
  enabled: z.boolean(),
  /** Length of each further term. */
  term: termField,
  /** How long before the end of a term its renewal is announced, and until when it can be switched. */
  notice: termField,
  /** By which recurring and usage prices rise at each renewal. */
  uplift_rate: rateField,
})

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
  tax_rate: rateField.default('0'),
  /** The platform's share of each invoice line. */
  platform_fee_rate: rateField,
  /** Shares of others; with the platform's at most 1, the seller has the rest. */
  splits: z.array(splitSchema).max(20).default([]),
  sla: slaSchema.nullable().default(null),
  financing: financingSchema.nullable().default(null),
  /** IANA zone on whose calendar terms, notices and due dates are counted; billing periods are counted in UTC. */
  time_zone: z.string(),
  /** Start of the first billing period; null until active. */
  billing_anchor: instantField.nullable(),
  activated_at: instantField.nullable(),
  trial: trialSchema.nullable().default(null),
  /** Since when it is suspended; nothing is charged meanwhile. */
  suspended_at: instantField.nullable().default(null),
  /** Length of the first term; null when the contract runs until it is terminated. */
  term: termField.nullable().default(null),
  /** From where terms of the running length are counted, and how many of them: month ends do not drift. */
  term_from: instantField.nullable().default(null),
  term_count: z.number().int().min(0).default(0),
  /** When the running term ends, by renewal or by expiry. */
  term_ends_at: instantField.nullable().default(null),
  auto_renew: autoRenewSchema.nullable().default(null),
  /** Set as soon as an end is agreed, though it lies ahead. */
  ends_at: instantField.nullable(),
  lines: z.array(contractLineSchema),
  /** Grows by one with each event of the contract: edits recorded, and edits that began later. */
  version: z.number().int().positive(),
})

/** Every operation of the edit log. */
export const OPERATIONS = [
  'create',
  'add_line',
  'remove_line',
  'change_quantity',
  'reprice_line',
  'set_discount',
  'assign_devices',
  'set_terms',
  'set_financing',
  'set_splits',
  'set_sla',
  'start_trial',
  'activate',
  'suspend',
  'resume',
  'terminate',
  'renew',
  'set_auto_renew',
  'transfer',
  'correct',
  'void',
] as const

export type OperationName = (typeof OPERATIONS)[number]
export type Price = z.infer<typeof priceSchema>
export type Sla = z.infer<typeof slaSchema>
export type Split = z.infer<typeof splitSchema>
export type Financing = z.infer<typeof financingSchema>
export type AutoRenew = z.infer<typeof autoRenewSchema>
export type ContractLine = z.infer<typeof contractLineSchema>
export type ContractState = z.infer<typeof contractSchema>

/** Carried by every event of an edit. */
export const editSchema = z.object({
  id: idField('contractEdit'),
  operation: z.string(),
  effective_at: instantField,
  recorded_at: instantField,
  actor: z.string(),
  cause: z.string().nullable().default(null),
  /** The edit this one takes the place of. */
  supersedes: idField('contractEdit').nullable().default(null),
})

/** One side of what an event changed: changed lines without devices that stayed, and other fields that differ. */
export const deltaSchema = z.object({
  lines: z.array(contractLineSchema.partial({ device_ids: true })),
  fields: z.record(z.string(), z.unknown()),
})

/** Which devices serve which line from a moment until the next one said. */
export const servingSchema = z.object({
  from: instantField,
  lines: z.array(z.object({ line_id: idField('contractLine'), device_ids: z.array(idField('device')) })),
})

/** What every event of an edit says beside what its operation adds. */
export const editDataSchema = z.object({
  edit: editSchema,
  /** `effective`: the edit was recorded for a later date, which has come; the event is emitted again. */
  phase: z.enum(['recorded', 'effective']).default('recorded'),
  /** At the earliest moment the edit touches: as it was known without the edit, and as it is with it; null is no contract. */
  before: deltaSchema.nullable().default(null),
  after: deltaSchema.nullable().default(null),
  /** Billing periods begun before the edit was recorded in which it changes what is due. */
  touched_periods: z.array(periodField).default([]),
  /** Of an edit that changes who served which line before it was recorded: all who did since the earliest moment it touches. */
  serving: z.array(servingSchema).default([]),
  contract: contractSchema,
})

export type EditData = z.infer<typeof editDataSchema>
export type Delta = z.infer<typeof deltaSchema>
