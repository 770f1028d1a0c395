import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractCreated = defineEvent({
  type: 'contract.contract.created',
  version: 1,
  aggregate: 'contract',
  summary: 'A draft contract exists.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
