import { component, strict } from '@draupnir/http'
import {
  billingStatusSchema,
  contractSchema,
  contractSyncSchema,
  currencyField,
  decimalField,
  editSchema,
  idField,
  instantField,
  instantInput,
  priceSchema,
  rateField,
  textField,
} from '@draupnir/wire'
import { z } from 'zod'

const MAX_DEVICES_OF_A_LINE = 1000

export const createBody = strict({
  buyer_id: idField('party'),
  currency: currencyField,
  platform_fee_rate: rateField,
  cadence: contractSchema.shape.cadence.default('P1M'),
  net_days: contractSchema.shape.net_days.default(30),
  collection_method: contractSchema.shape.collection_method.default('wallet'),
  time_zone: textField(64).default('UTC'),
})

export const lineBody = strict({
  seller_id: idField('party'),
  sku: textField(64),
  description: textField().optional(),
  quantity: decimalField.default('1'),
  price: priceSchema,
  device_ids: z.array(idField('device')).max(MAX_DEVICES_OF_A_LINE).default([]),
})

export const activateBody = strict({ billing_anchor: instantInput.nullable().default(null) })

const cause = textField(500)

export const terminateBody = z.discriminatedUnion('when', [
  strict({ when: z.literal('now'), cause }),
  strict({ when: z.literal('period_end'), cause }),
  strict({ when: z.literal('at'), at: instantInput, cause }),
])

export const contractResource = component(
  'Contract',
  contractSchema.extend({
    created_at: instantField,
    sync: contractSyncSchema.pick({ sync_state: true, last_error: true, attempts: true, next_attempt_at: true }),
    billing_status: billingStatusSchema,
    service_status: z.enum(['provisioning', 'up', 'degraded', 'down', 'decommissioned']),
  }),
)

export const editResource = component(
  'ContractEdit',
  editSchema.extend({
    seq: z.number().int().positive(),
    payload: z.record(z.string(), z.unknown()),
    cause: z.string().nullable(),
    supersedes: idField('contractEdit').nullable(),
  }),
)
