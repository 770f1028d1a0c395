import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractSlaSet = defineEvent({
  type: 'contract.sla.set',
  version: 1,
  aggregate: 'contract',
  summary: 'A contract or a line promises another availability.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
