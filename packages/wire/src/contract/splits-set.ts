import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractSplitsSet = defineEvent({
  type: 'contract.splits.set',
  version: 1,
  aggregate: 'contract',
  summary: 'The revenue of a contract is shared in another way.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
