import { defineEvent } from '../define-event.ts'
import { contractLineSchema, editDataSchema } from './contract.ts'

export const ContractLineAdded = defineEvent({
  type: 'contract.line.added',
  version: 1,
  aggregate: 'contract',
  summary: 'A line was added to a contract.',
  data: editDataSchema.extend({ line: contractLineSchema }),
  aggregateId: (data) => data.contract.id,
})
