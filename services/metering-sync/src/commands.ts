/** Every verb of this service. */
export { followContract } from './mirror/follow-contract.ts'
export { readMetering } from './mirror/read-metering.ts'
export { recordDrift } from './mirror/record-drift.ts'
export { recordSync, recordSyncFailure } from './mirror/record-sync.ts'
export { retrySync } from './mirror/retry-sync.ts'
export { readUsage } from './usage/read-usage.ts'
export { recordUsage } from './usage/record-usage.ts'
