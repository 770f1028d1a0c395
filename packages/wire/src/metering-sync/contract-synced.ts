import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { contractSyncSchema } from './sync.ts'

export const ContractSynced = defineEvent({
  type: 'metering-sync.contract.synced',
  version: 1,
  aggregate: 'contract_sync',
  summary: 'OpenMeter equals the contract.',
  data: z.object({ sync: contractSyncSchema }),
  aggregateId: (data) => data.sync.contract_id,
})
