import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractTermsSet = defineEvent({
  type: 'contract.terms.set',
  version: 1,
  aggregate: 'contract',
  summary: 'Cadence, net days, collection, tax or term of a contract changed.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
