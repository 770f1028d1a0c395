import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractLineRemoved = defineEvent({
  type: 'contract.line.removed',
  version: 1,
  aggregate: 'contract',
  summary: 'A line is no longer on a contract from the effective time of the edit.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
