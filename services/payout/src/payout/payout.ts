import type { Id } from '@draupnir/ids'
import type { Instant } from '@draupnir/time'
import type { Payout } from '@draupnir/wire'
import type { Standing } from '../payment-order/payment-order.ts'

/** The payout with the bank account it goes to; quiet when it has one. */
export function directPayout(payout: Payout, bankAccountId: Id<'bankAccount'>): Payout | null {
  return payout.state === 'requested' && payout.bank_account_id === null
    ? { ...payout, bank_account_id: bankAccountId }
    : null
}

/** The ledger has reserved the funds. */
export function reservePayout(payout: Payout): Payout | null {
  return payout.state === 'requested' ? { ...payout, state: 'reserved' } : null
}

/** The ledger does not have the funds. */
export function refusePayout(payout: Payout, reason: string): Payout | null {
  return payout.state === 'requested' ? { ...payout, state: 'failed', failure: reason } : null
}

/** The bank partner has taken the payment order. */
export function sendPayout(payout: Payout, paymentOrderId: string): Payout | null {
  return payout.state === 'reserved' ? { ...payout, state: 'sent', payment_order_id: paymentOrderId } : null
}

/** The bank partner refused the payment order for good: the funds go back. */
export function failPayout(payout: Payout, reason: string): Payout | null {
  return payout.state === 'reserved' ? { ...payout, state: 'failed', failure: reason } : null
}

/**
 * The payout as the bank sees it; null when nothing changed. A settled payout that the receiving bank sends back has
 * failed after all: the ledger takes its funds back out of the cash that returned.
 */
export function followPayout(payout: Payout, standing: Standing, now: Instant): Payout | null {
  if (payout.state === 'sent' && standing.kind === 'executed') return { ...payout, state: 'settled', settled_at: now }
  if ((payout.state === 'sent' || payout.state === 'settled') && standing.kind === 'failed')
    return { ...payout, state: 'failed', failure: standing.reason }
  return null
}
