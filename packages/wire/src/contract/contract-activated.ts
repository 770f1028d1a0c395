import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractActivated = defineEvent({
  type: 'contract.contract.activated',
  version: 1,
  aggregate: 'contract',
  summary: 'A contract is in force from its effective time.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
