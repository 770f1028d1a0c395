import { CollectionRequested } from './billing/collection-requested.ts'
import { InvoicePaid } from './billing/invoice-paid.ts'
import { InvoicePartiallyPaid } from './billing/invoice-partially-paid.ts'
import { BillingStatusChanged } from './billing/status-changed.ts'
import { CONTRACT_EDITS } from './contract/contract-edits.ts'
import type { EventDefinition } from './define-event.ts'
import { DeviceRegistered } from './device-health/device-registered.ts'
import { DeviceStateChanged } from './device-health/device-state-changed.ts'
import { UsageRecorded } from './device-health/usage-recorded.ts'
import { CashOutRequested } from './ledger/cash-out-requested.ts'
import { CollectionCommitted } from './ledger/collection-committed.ts'
import { CollectionRefused } from './ledger/collection-refused.ts'
import { CollectionReversed } from './ledger/collection-reversed.ts'
import { PayInReversed } from './ledger/pay-in-reversed.ts'
import { PayoutRefused } from './ledger/payout-refused.ts'
import { PayoutReserved } from './ledger/payout-reserved.ts'
import { SettlementReversed } from './ledger/settlement-reversed.ts'
import { WalletCredited } from './ledger/wallet-credited.ts'
import { ContractSyncFailed } from './metering-sync/contract-sync-failed.ts'
import { ContractSynced } from './metering-sync/contract-synced.ts'
import { BankAccountRegistered } from './payout/bank-account-registered.ts'
import { PartyCreated } from './payout/party-created.ts'
import { PartyOnboarded } from './payout/party-onboarded.ts'
import { PayInCleared } from './payout/pay-in-cleared.ts'
import { PayInFailed } from './payout/pay-in-failed.ts'
import { PayInReturned } from './payout/pay-in-returned.ts'
import { PayInSubmitted } from './payout/pay-in-submitted.ts'
import { PayoutFailed } from './payout/payout-failed.ts'
import { PayoutRequested } from './payout/payout-requested.ts'
import { PayoutSettled } from './payout/payout-settled.ts'
import type { ServiceName } from './services.ts'

/** Who acts on which event. Durables, permissions and the trace of an event follow from it; `defineService` checks it against the handlers. */
export const SUBSCRIPTIONS: Readonly<Record<ServiceName, readonly EventDefinition[]>> = {
  gateway: [],
  contract: [
    PartyOnboarded,
    DeviceRegistered,
    DeviceStateChanged,
    ContractSynced,
    ContractSyncFailed,
    BillingStatusChanged,
  ],
  'metering-sync': [...CONTRACT_EDITS, UsageRecorded],
  billing: [
    ...CONTRACT_EDITS,
    CollectionCommitted,
    CollectionRefused,
    CollectionReversed,
    SettlementReversed,
    WalletCredited,
  ],
  ledger: [
    PartyCreated,
    PayInSubmitted,
    PayInCleared,
    PayInFailed,
    PayInReturned,
    CollectionRequested,
    InvoicePartiallyPaid,
    InvoicePaid,
    PayoutRequested,
    PayoutSettled,
    PayoutFailed,
    BankAccountRegistered,
  ],
  payout: [CashOutRequested, PayoutReserved, PayoutRefused, PayInReversed],
  'device-health': [PartyOnboarded, ...CONTRACT_EDITS],
}
