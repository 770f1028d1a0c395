import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractTrialStarted = defineEvent({
  type: 'contract.trial.started',
  version: 1,
  aggregate: 'contract',
  summary: 'A contract is on trial: served, but not charged.',
  data: editDataSchema,
  aggregateId: (data) => data.contract.id,
})
