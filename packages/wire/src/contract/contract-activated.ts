import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { contractSchema, editSchema } from './contract.ts'

export const ContractActivated = defineEvent({
  type: 'contract.contract.activated',
  version: 1,
  aggregate: 'contract',
  summary: 'A contract is in force from its effective time.',
  data: z.object({ edit: editSchema, contract: contractSchema }),
  aggregateId: (data) => data.contract.id,
})
