import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { editDataSchema } from './contract.ts'

export const ContractTerminated = defineEvent({
  type: 'contract.contract.terminated',
  version: 1,
  aggregate: 'contract',
  summary: 'A contract ends at ends_at.',
  data: editDataSchema.extend({ cause: z.string() }),
  aggregateId: (data) => data.contract.id,
})
