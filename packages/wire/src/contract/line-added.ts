import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { contractLineSchema, contractSchema, editSchema } from './contract.ts'

export const ContractLineAdded = defineEvent({
  type: 'contract.line.added',
  version: 1,
  aggregate: 'contract',
  summary: 'A line was added to a contract.',
  data: z.object({ edit: editSchema, line: contractLineSchema, contract: contractSchema }),
  aggregateId: (data) => data.contract.id,
})
