import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractSuspended = defineEvent({
  type: 'contract.contract.suspended',
  version: 1,
  aggregate: 'contract',
  summary: 'A contract is suspended: not charged until it is resumed.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
