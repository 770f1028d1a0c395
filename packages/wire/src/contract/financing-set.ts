import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractFinancingSet = defineEvent({
  type: 'contract.financing.set',
  version: 1,
  aggregate: 'contract',
  summary: 'A contract is financed by a down payment and installments, or no longer.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
