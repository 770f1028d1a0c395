import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, instantField } from '../fields.ts'
import { billingStatusSchema } from './invoice.ts'

export const BillingStatusChanged = defineEvent({
  type: 'billing.status.changed',
  version: 1,
  aggregate: 'billing_status',
  summary: 'The billing status of a contract changed.',
  data: z.object({
    contract_id: idField('contract'),
    from: billingStatusSchema,
    to: billingStatusSchema,
    at: instantField,
  }),
  aggregateId: (data) => data.contract_id,
})
