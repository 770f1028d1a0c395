import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { contractSchema, editSchema } from './contract.ts'

export const ContractTerminated = defineEvent({
  type: 'contract.contract.terminated',
  version: 1,
  aggregate: 'contract',
  summary: 'A contract ends at ends_at.',
  data: z.object({ edit: editSchema, cause: z.string(), contract: contractSchema }),
  aggregateId: (data) => data.contract.id,
})
