import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractRenewed = defineEvent({
  type: 'contract.contract.renewed',
  version: 1,
  aggregate: 'contract',
  summary: 'A contract has a further term, with prices raised by its uplift.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
