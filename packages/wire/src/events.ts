import { CollectionRequested } from './billing/collection-requested.ts'
import { InvoiceIssued } from './billing/invoice-issued.ts'
import { InvoicePaid } from './billing/invoice-paid.ts'
import { InvoicePartiallyPaid } from './billing/invoice-partially-paid.ts'
import { InvoicePastDue } from './billing/invoice-past-due.ts'
import { InvoiceReopened } from './billing/invoice-reopened.ts'
import { BillingStatusChanged } from './billing/status-changed.ts'
import { ContractCorrected } from './contract/contract-corrected.ts'
import { CONTRACT_EDITS } from './contract/contract-edits.ts'
import { ContractRenewalAnnounced } from './contract/renewal-announced.ts'
import { ContractStatusChanged } from './contract/status-changed.ts'
import type { EventDefinition } from './define-event.ts'
import { DeviceRegistered } from './device-health/device-registered.ts'
import { DeviceStateChanged } from './device-health/device-state-changed.ts'
import { UsageRecorded } from './device-health/usage-recorded.ts'
import { AccountFrozen } from './ledger/account-frozen.ts'
import { CashOutRequested } from './ledger/cash-out-requested.ts'
import { CollectionCommitted } from './ledger/collection-committed.ts'
import { CollectionRefused } from './ledger/collection-refused.ts'
import { CollectionReversed } from './ledger/collection-reversed.ts'
import { HoldingMaturityOverridden } from './ledger/holding-maturity-overridden.ts'
import { HoldingReleased } from './ledger/holding-released.ts'
import { JournalAppended } from './ledger/journal-appended.ts'
import { PayInReversed } from './ledger/pay-in-reversed.ts'
import { PayoutRefused } from './ledger/payout-refused.ts'
import { PayoutReserved } from './ledger/payout-reserved.ts'
import { SettlementCompleted } from './ledger/settlement-completed.ts'
import { SettlementOpened } from './ledger/settlement-opened.ts'
import { SettlementPaymentSettled } from './ledger/settlement-payment-settled.ts'
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
import { PayoutSent } from './payout/payout-sent.ts'
import { PayoutSettled } from './payout/payout-settled.ts'

/** Every event there is. A new event file is listed here and in `index.ts`; a test compares the two with the folders. */
export const EVENTS: readonly EventDefinition[] = [
  ...CONTRACT_EDITS,
  ContractCorrected,
  ContractRenewalAnnounced,
  ContractStatusChanged,
  ContractSyncFailed,
  ContractSynced,
  CollectionRequested,
  InvoiceIssued,
  InvoicePaid,
  InvoicePartiallyPaid,
  InvoicePastDue,
  InvoiceReopened,
  BillingStatusChanged,
  AccountFrozen,
  CashOutRequested,
  CollectionCommitted,
  CollectionRefused,
  CollectionReversed,
  HoldingMaturityOverridden,
  HoldingReleased,
  JournalAppended,
  PayInReversed,
  PayoutRefused,
  PayoutReserved,
  SettlementCompleted,
  SettlementOpened,
  SettlementPaymentSettled,
  SettlementReversed,
  WalletCredited,
  BankAccountRegistered,
  PartyCreated,
  PartyOnboarded,
  PayInCleared,
  PayInFailed,
  PayInReturned,
  PayInSubmitted,
  PayoutFailed,
  PayoutRequested,
  PayoutSent,
  PayoutSettled,
  DeviceRegistered,
  DeviceStateChanged,
  UsageRecorded,
]
