import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractTransferred = defineEvent({
  type: 'contract.contract.transferred',
  version: 1,
  aggregate: 'contract',
  summary: 'A contract has another buyer from the effective time of the edit.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
