import type { OpenMeter } from '@draupnir/openmeter'
import { auditContracts } from './mirror/audit-contracts.ts'
import { syncContract } from './mirror/sync-contract.ts'
import { sendUsage } from './usage/send-usage.ts'

/** Every call to OpenMeter this service makes. */
export function activities(om: OpenMeter) {
  return [syncContract(om), sendUsage(om), auditContracts(om)]
}
