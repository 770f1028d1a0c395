import { z } from 'zod'
import { idField, instantField } from '../fields.ts'

export const syncStateSchema = z.enum(['pending', 'synced', 'retrying', 'failed', 'drifted'])

/** How far OpenMeter equals a contract. */
export const contractSyncSchema = z.object({
  contract_id: idField('contract'),
  sync_state: syncStateSchema,
  /** Version of the contract that OpenMeter was last brought to, 0 before the first time. */
  synced_version: z.number().int().min(0),
  openmeter_customer_id: z.string().nullable(),
  openmeter_subscription_id: z.string().nullable(),
  attempts: z.number().int().min(0),
  last_error: z.string().nullable(),
  next_attempt_at: instantField.nullable(),
})

export type ContractSync = z.infer<typeof contractSyncSchema>
