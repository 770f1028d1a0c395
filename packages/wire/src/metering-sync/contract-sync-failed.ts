import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { contractSyncSchema } from './sync.ts'

export const ContractSyncFailed = defineEvent({
  type: 'metering-sync.contract.sync_failed',
  version: 1,
  aggregate: 'contract_sync',
  summary: 'An attempt to bring OpenMeter to the contract failed; the next one is at next_attempt_at.',
  data: z.object({ sync: contractSyncSchema }),
  aggregateId: (data) => data.sync.contract_id,
})
