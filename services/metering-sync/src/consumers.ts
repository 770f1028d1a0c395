import { onContractActivated } from './on/contract.contract-activated.ts'
import { onContractTerminated } from './on/contract.contract-terminated.ts'
import { onContractLineAdded } from './on/contract.line-added.ts'
import { onUsageRecorded } from './on/device-health.usage-recorded.ts'

/** Every event this service acts on. */
export const handlers = [onContractActivated, onContractLineAdded, onContractTerminated, onUsageRecorded]
