import { onCashOutRequested } from './on/ledger.cash-out-requested.ts'
import { onPayInReversed } from './on/ledger.pay-in-reversed.ts'
import { onPayoutRefused } from './on/ledger.payout-refused.ts'
import { onPayoutReserved } from './on/ledger.payout-reserved.ts'

/** Every event this service acts on. */
export const handlers = [onCashOutRequested, onPayoutReserved, onPayoutRefused, onPayInReversed]
