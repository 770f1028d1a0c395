import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractResumed = defineEvent({
  type: 'contract.contract.resumed',
  version: 1,
  aggregate: 'contract',
  summary: 'A suspended contract is in force again, as it was.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
