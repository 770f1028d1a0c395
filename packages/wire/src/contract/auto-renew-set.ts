import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractAutoRenewSet = defineEvent({
  type: 'contract.auto_renew.set',
  version: 1,
  aggregate: 'contract',
  summary: 'The renewal of a contract at the end of its term was switched or changed.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
