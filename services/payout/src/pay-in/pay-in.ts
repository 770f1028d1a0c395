import type { Instant } from '@draupnir/time'
import type { PayIn } from '@draupnir/wire'
import type { Standing } from '../modern-treasury/payment-order.ts'

/** The pay-in once the bank partner has taken its payment order; quiet past `submitted`. */
export function sendPayIn(payIn: PayIn, paymentOrderId: string): PayIn | null {
  return payIn.state === 'submitted' ? { ...payIn, state: 'processing', payment_order_id: paymentOrderId } : null
}

/** The pay-in that the bank partner refused for good; quiet past `submitted`. */
export function refusePayIn(payIn: PayIn, reason: string): PayIn | null {
  return payIn.state === 'submitted' ? { ...payIn, state: 'failed', failure: reason } : null
}

/** The pay-in as the bank sees it; null when nothing changed or its end is already known. */
export function followPayIn(payIn: PayIn, standing: Standing, now: Instant): PayIn | null {
  if (payIn.state !== 'processing') return null
  switch (standing.kind) {
    case 'under-way':
      return null
    case 'executed':
      return { ...payIn, state: 'cleared', cleared_at: now }
    case 'failed':
      return { ...payIn, state: 'failed', failure: standing.reason }
  }
}
