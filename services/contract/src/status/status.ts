import type { Id } from '@draupnir/ids'
import type { BillingStatus, ContractState, ContractSync, Device } from '@draupnir/wire'

export type Machine = 'lifecycle' | 'service_status' | 'billing_status'

export type ServiceStatus = 'provisioning' | 'up' | 'degraded' | 'down' | 'decommissioned'

/** What metering-sync and billing last said of a contract. */
export interface Statuses {
  readonly sync: ContractSync
  readonly billing_status: BillingStatus
}

/** Before either has said anything. */
export function silent(contractId: Id<'contract'>): Statuses {
  return {
    sync: {
      contract_id: contractId,
      sync_state: 'pending',
      synced_version: 0,
      openmeter_customer_id: null,
      openmeter_subscription_id: null,
      attempts: 0,
      last_error: null,
      next_attempt_at: null,
    },
    billing_status: 'none',
  }
}

/** How the devices of a contract are, taken together; `provisioning` until one has been heard of. */
export function serviceStatus(
  lifecycle: ContractState['lifecycle'],
  devices: readonly Device['state'][],
): ServiceStatus {
  if (lifecycle === 'ended') return 'decommissioned'
  if (lifecycle === 'draft' || devices.every((state) => state === 'unknown')) return 'provisioning'
  if (devices.every((state) => state === 'up')) return 'up'
  return devices.every((state) => state === 'down') ? 'down' : 'degraded'
}
