import { onContractEdits } from './on/contract.edits.ts'
import { onUsageRecorded } from './on/device-health.usage-recorded.ts'

/** Every event this service acts on. */
export const handlers = [...onContractEdits, onUsageRecorded]
