import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { contractSchema, editSchema } from './contract.ts'

export const ContractCreated = defineEvent({
  type: 'contract.contract.created',
  version: 1,
  aggregate: 'contract',
  summary: 'A draft contract exists.',
  data: z.object({ edit: editSchema, contract: contractSchema }),
  aggregateId: (data) => data.contract.id,
})
