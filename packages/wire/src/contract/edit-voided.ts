import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractEditVoided = defineEvent({
  type: 'contract.edit.voided',
  version: 1,
  aggregate: 'contract',
  summary: 'An earlier edit never holds.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
