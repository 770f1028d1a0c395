import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractLineDiscounted = defineEvent({
  type: 'contract.line.discounted',
  version: 1,
  aggregate: 'contract',
  summary: 'A line has another discount from the effective time of the edit.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
