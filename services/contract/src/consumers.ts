import { onBillingStatusChanged } from './on/billing.status-changed.ts'
import { onDeviceRegistered } from './on/device-health.device-registered.ts'
import { onDeviceStateChanged } from './on/device-health.device-state-changed.ts'
import { onContractSyncFailed } from './on/metering-sync.contract-sync-failed.ts'
import { onContractSynced } from './on/metering-sync.contract-synced.ts'
import { onPartyOnboarded } from './on/payout.party-onboarded.ts'

/** Every event this service acts on. */
export const handlers = [
  onPartyOnboarded,
  onDeviceRegistered,
  onDeviceStateChanged,
  onContractSynced,
  onContractSyncFailed,
  onBillingStatusChanged,
]
