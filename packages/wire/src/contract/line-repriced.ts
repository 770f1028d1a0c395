import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractLineRepriced = defineEvent({
  type: 'contract.line.repriced',
  version: 1,
  aggregate: 'contract',
  summary: 'A line has another price from the effective time of the edit.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
