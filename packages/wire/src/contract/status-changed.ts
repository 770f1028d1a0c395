import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { idField, instantField } from '../fields.ts'

export const statusMachineSchema = z.enum(['lifecycle', 'service_status', 'billing_status'])

export const ContractStatusChanged = defineEvent({
  type: 'contract.status.changed',
  version: 1,
  aggregate: 'contract_status',
  summary: 'One of the three statuses of a contract changed.',
  data: z.object({
    contract_id: idField('contract'),
    machine: statusMachineSchema,
    from: z.string().nullable(),
    to: z.string(),
    at: instantField,
  }),
  aggregateId: (data) => data.contract_id,
})
