import { component, strict } from '@draupnir/http'
import {
  autoRenewSchema,
  billingStatusSchema,
  contractLineSchema,
  contractSchema,
  contractSyncSchema,
  currencyField,
  decimalField,
  deltaSchema,
  discountField,
  editSchema,
  financingSchema,
  idField,
  instantField,
  instantInput,
  lifecycleSchema,
  lineCorrectionSchema,
  moneyField,
  periodField,
  positiveMoneyField,
  priceSchema,
  rateField,
  slaSchema,
  splitSchema,
  statusMachineSchema,
  termField,
  textField,
  trialSchema,
} from '@draupnir/wire'
import { z } from 'zod'

const MAX_DEVICES_OF_A_LINE = 1000
const cause = textField(500)
const line_id = idField('contractLine')

/** What every edit may say beside its own: from when it holds, now unless told, and why. */
export const timing = { effective_at: instantInput.nullable().default(null), cause: cause.nullable().default(null) }

const terms = {
  currency: currencyField,
  platform_fee_rate: rateField,
  cadence: contractSchema.shape.cadence.default('P1M'),
  net_days: contractSchema.shape.net_days.default(30),
  collection_method: contractSchema.shape.collection_method.default('wallet'),
  time_zone: textField(64).default('UTC'),
  tax_rate: rateField.default('0'),
  term: termField.nullable().default(null),
}

export const createBody = strict({ buyer_id: idField('party'), ...terms, ...timing })

const line = {
  seller_id: idField('party'),
  sku: textField(64),
  description: textField().optional(),
  quantity: decimalField.default('1'),
  price: priceSchema,
  device_ids: z.array(idField('device')).max(MAX_DEVICES_OF_A_LINE).default([]),
  host_id: idField('party').nullable().default(null),
}

export const lineBody = strict({ ...line, ...timing })
export const activateBody = strict({ billing_anchor: instantInput.nullable().default(null), ...timing })

export const terminateBody = z.discriminatedUnion('when', [
  strict({ when: z.literal('now'), cause }),
  strict({ when: z.literal('period_end'), cause }),
  strict({ when: z.literal('at'), at: instantInput, cause }),
])

/** Payloads that a body carries as they are. */
export const payloads = {
  change_quantity: { quantity: decimalField },
  reprice_line: { price: priceSchema },
  set_discount: { discount_rate: discountField },
  assign_devices: {
    device_ids: z.array(idField('device')).max(MAX_DEVICES_OF_A_LINE),
    host_id: idField('party').nullable().default(null),
  },
  set_terms: {
    cadence: contractSchema.shape.cadence.optional(),
    net_days: contractSchema.shape.net_days.optional(),
    collection_method: contractSchema.shape.collection_method.optional(),
    currency: currencyField.optional(),
    tax_rate: rateField.optional(),
    time_zone: textField(64).optional(),
    term: termField.nullable().optional(),
  },
  set_splits: { platform_fee_rate: rateField, splits: z.array(splitSchema).max(20) },
  set_sla: { line_id: line_id.nullable().default(null), sla: slaSchema.nullable() },
  start_trial: { ends_at: instantInput, on_end: trialSchema.shape.on_end },
  set_auto_renew: autoRenewSchema.shape,
  transfer: { buyer_id: idField('party') },
} as const

export const financingBody = strict({
  plan: strict({
    principal: positiveMoneyField,
    down_payment: moneyField,
    apr: rateField,
    installments: z.int().min(1).max(120),
    first_due_at: instantInput,
  }).nullable(),
  ...timing,
})

export const renewBody = strict({
  term: termField.nullable().default(null),
  uplift_rate: rateField.nullable().default(null),
  cause: cause.nullable().default(null),
})

const of = <N extends string, S extends z.ZodRawShape>(operation: N, shape: S) =>
  strict({ operation: z.literal(operation), payload: strict(shape) })
const { change_quantity, reprice_line, set_discount, assign_devices } = payloads

/** The whole payload of an edit as it should have been. */
export const replacementBody = z.discriminatedUnion('operation', [
  of('create', { buyer_id: idField('party'), ...terms }),
  of('add_line', { line: strict(line) }),
  of('remove_line', { line_id }),
  of('change_quantity', { line_id, ...change_quantity }),
  of('reprice_line', { line_id, ...reprice_line }),
  of('set_discount', { line_id, ...set_discount }),
  of('assign_devices', { line_id, ...assign_devices }),
  of('set_terms', payloads.set_terms),
  of('set_financing', { financing: financingSchema.nullable() }),
  of('set_splits', payloads.set_splits),
  of('set_sla', payloads.set_sla),
  of('start_trial', payloads.start_trial),
  of('activate', { billing_anchor: instantInput }),
  of('suspend', {}),
  of('resume', {}),
  of('terminate', { when: z.enum(['now', 'period_end', 'at']) }),
  of('renew', { term: termField, uplift_rate: rateField }),
  of('set_auto_renew', { auto_renew: autoRenewSchema }),
  of('transfer', payloads.transfer),
])

export const correctBody = strict({ replacement: replacementBody.nullable().default(null), ...timing })
export const voidBody = strict({ cause: cause.nullable().default(null) })

export const contractResource = component(
  'Contract',
  contractSchema.extend({
    created_at: instantField,
    sync: contractSyncSchema.pick({ sync_state: true, last_error: true, attempts: true, next_attempt_at: true }),
    billing_status: billingStatusSchema,
    service_status: z.enum(['provisioning', 'up', 'degraded', 'down', 'decommissioned']),
  }),
)

const loggedEdit = editSchema.extend({
  seq: z.number().int().positive(),
  payload: z.record(z.string(), z.unknown()),
  /** Recorded by the contract itself, as the end of a trial or a term. */
  automatic: z.boolean(),
})

export const editResource = component(
  'ContractEdit',
  loggedEdit.extend({ superseded_by: idField('contractEdit').nullable() }),
)

const span = { from: instantField, to: instantField.nullable() }
const timeline = z.object({
  lifecycle: z.array(z.object({ ...span, value: lifecycleSchema })),
  buyers: z.array(z.object({ ...span, value: idField('party') })),
  lines: z.array(z.object({ line_id, intervals: z.array(contractLineSchema.omit({ id: true }).extend(span)) })),
})

export const timelineResource = component(
  'ContractTimeline',
  timeline.extend({
    /** The window that is shown: intervals begin and end with it. */
    from: instantField,
    to: instantField.nullable(),
    /** Goes on from `to`; null when nothing follows. */
    next_cursor: z.string().nullable(),
    transitions: z.array(
      z.object({ machine: statusMachineSchema, from: z.string().nullable(), to: z.string(), at: instantField }),
    ),
  }),
)

export const diffResource = component(
  'ContractDiff',
  z.object({ before: deltaSchema.nullable(), after: deltaSchema.nullable(), edits: z.array(loggedEdit) }),
)

/** What an edit would do; nothing of it is recorded. */
export const previewResource = component(
  'ContractPreview',
  z.object({
    contract: contractSchema,
    timeline: timeline.nullable(),
    /** What `contract.contract.corrected` would say of each period that has begun. */
    corrections: z.array(
      z.object({
        period: periodField,
        charged: moneyField,
        due: moneyField,
        difference: moneyField,
        lines: z.array(lineCorrectionSchema),
      }),
    ),
    /** Usage is left out. */
    current_period: z
      .object({
        period: periodField,
        due_before: moneyField,
        due_after: moneyField,
        difference: moneyField,
        lines: z.array(lineCorrectionSchema),
      })
      .nullable(),
  }),
)
