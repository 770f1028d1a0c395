import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractEditCorrected = defineEvent({
  type: 'contract.edit.corrected',
  version: 1,
  aggregate: 'contract',
  summary: 'An earlier edit holds in another form or from another time.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
