import { onCollectionRequested } from './on/billing.collection-requested.ts'
import { onInvoicePaid } from './on/billing.invoice-paid.ts'
import { onInvoicePartiallyPaid } from './on/billing.invoice-partially-paid.ts'
import { onBankAccountRegistered } from './on/payout.bank-account-registered.ts'
import { onPartyCreated } from './on/payout.party-created.ts'
import { onPayInCleared } from './on/payout.pay-in-cleared.ts'
import { onPayInFailed } from './on/payout.pay-in-failed.ts'
import { onPayInReturned } from './on/payout.pay-in-returned.ts'
import { onPayInSubmitted } from './on/payout.pay-in-submitted.ts'
import { onPayoutFailed } from './on/payout.payout-failed.ts'
import { onPayoutRequested } from './on/payout.payout-requested.ts'
import { onPayoutSettled } from './on/payout.payout-settled.ts'

/** Every event the ledger acts on. */
export const handlers = [
  onPartyCreated,
  onPayInSubmitted,
  onPayInCleared,
  onPayInFailed,
  onPayInReturned,
  onCollectionRequested,
  onInvoicePartiallyPaid,
  onInvoicePaid,
  onPayoutRequested,
  onPayoutSettled,
  onPayoutFailed,
  onBankAccountRegistered,
]
