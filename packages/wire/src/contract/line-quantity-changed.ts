import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractLineQuantityChanged = defineEvent({
  type: 'contract.line.quantity_changed',
  version: 1,
  aggregate: 'contract',
  summary: 'Another quantity of a line is sold from the effective time of the edit.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
